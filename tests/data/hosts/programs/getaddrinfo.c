/* Reads "family name" lines; prints for each the addresses of getaddrinfo(), or "!" and the error. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(void)
{
	static char line[4096];
	while (fgets(line, sizeof line, stdin)) {
		char *name = strchr(line, ' ');
		if (!name) return 2;
		*name++ = 0;
		name[strcspn(name, "\n")] = 0;
		struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *a;
		hints.ai_family = !strcmp(line, "inet") ? AF_INET : !strcmp(line, "inet6") ? AF_INET6 : AF_UNSPEC;
		int error = getaddrinfo(name, 0, &hints, &list);
		if (error) {
			printf("!%s\n", error == EAI_NONAME ? "EAI_NONAME" : error == EAI_NODATA ? "EAI_NODATA" : gai_strerror(error));
			continue;
		}
		for (a = list; a; a = a->ai_next) {
			char text[128];
			getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, 0, 0, NI_NUMERICHOST | NI_NUMERICSCOPE);
			printf("%s%s", text, a->ai_next ? " " : "\n");
		}
		freeaddrinfo(list);
	}
	return 0;
}
