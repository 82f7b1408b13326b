// Reads "family name" lines; prints for each the addresses of LookupIP, or "!" and the error.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

func main() {
	networks := map[string]string{"unspec": "ip", "inet": "ip4", "inet6": "ip6"}
	resolver := &net.Resolver{PreferGo: true}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		family, name, _ := strings.Cut(lines.Text(), " ")
		addresses, err := resolver.LookupIP(context.Background(), networks[family], name)
		var unsuitable *net.AddrError
		var failure *net.DNSError
		switch {
		case errors.As(err, &unsuitable):
			fmt.Println("!AddrError:" + unsuitable.Err)
		case errors.As(err, &failure):
			fmt.Println("!" + failure.Err)
		case err != nil:
			fmt.Println("!" + err.Error())
		default:
			texts := make([]string, len(addresses))
			for i, address := range addresses {
				texts[i] = address.String()
			}
			fmt.Println(strings.Join(texts, " "))
		}
	}
}
