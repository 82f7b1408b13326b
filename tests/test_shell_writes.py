"""Shell scripts that write /etc/hosts, and scripts that only look as if they did.

`«...»` marks what is reported: the redirection's target or the file operand. The columns of `WRITES` are the kind of
write, the entries (`?` not known, `-` surely none, else hosts lines joined by `;`), and the script.
"""

from __future__ import annotations

import re

import pytest

from podhosts.shell import HostsWrite, hosts_writes, is_etc_hosts

WRITES = [
    # redirections
    ("append", "?", "echo x >> «/etc/hosts»"),
    ("append", "?", "echo x >>«/etc/hosts»"),
    ("append", "?", ">> «/etc/hosts» echo x"),
    ("append", "?", "echo >> «/etc/hosts» x y"),
    ("truncate", "-", "> «/etc/hosts»"),
    ("truncate", "-", ": > «/etc/hosts»"),
    ("truncate", "-", "true >«/etc/hosts»"),
    ("truncate", "?", "echo x >| «/etc/hosts»"),
    ("truncate", "?", "run &> «/etc/hosts»"),
    ("append", "?", "run &>> «/etc/hosts»"),
    ("truncate", "?", "run >& «/etc/hosts»"),
    ("truncate", "?", "run 2> «/etc/hosts»"),
    ("append", "?", "run 2>>«/etc/hosts»"),
    ("append", "?", "echo x 1>>«/etc/hosts» 2>&1"),
    ("truncate", "?", "exec 3>«/etc/hosts»"),
    ("truncate", "?", "exec >«/etc/hosts»"),
    ("update", "?", "exec 3<>«/etc/hosts»"),
    ("update", "?", "echo x 1<>«/etc/hosts»"),
    ("truncate", "?", "exec {fd}>«/etc/hosts»"),
    ("truncate", "?", '[ "$a" > «/etc/hosts» ]'),
    ("append", "?", "echo a > /tmp/x >> «/etc/hosts»"),
    ("append", "?", "cat /cdap/* >> «/etc/hosts»; sleep infinity;"),
    ("append", "?", "kubectl get svc -o wide >> «/etc/hosts»"),
    ("append", "?", "ssh host cat /tmp/x >> «/etc/hosts»"),
    # spellings of the path
    ("append", "?", 'echo x >> «"/etc/hosts"»'),
    ("append", "?", "echo x >> «'/etc/hosts'»"),
    ("append", "?", "echo x >> «/etc//hosts»"),
    ("append", "?", "echo x >> «//etc/./hosts»"),
    ("append", "?", "echo x >> «/etc/host\\s»"),
    ("append", "?", 'echo x >> «/etc/"hosts"»'),
    ("append", "?", "echo x >> «$'/etc/hosts'»"),
    ("append", "?", "echo x >> «$'/etc/ho\\x73ts'»"),
    ("append", "?", "echo x >> «/etc/ho\\\nsts»"),
    ("append", "?", "HOSTS=/etc/hosts; echo x >> «$HOSTS»"),
    ("append", "?", 'HOSTS=/etc/hosts\necho x >> «"${HOSTS}"»'),
    ("append", "?", "ETC=/etc\nF=$ETC/hosts\necho x >> «$F»"),
    ("append", "?", "export F='/etc/hosts'; echo x >> «$F»"),
    ("append", "?", 'readonly F=/etc/hosts; add() { echo "$1" >> «$F»; }; add x'),
    ("append", "?", "add() { echo x >> «$F»; }; F=/etc/hosts; add"),
    ("append", "?", "cd /etc && echo x >> «hosts»"),
    ("edit", "?", "cd /etc; sed -i s/a/b/ «./hosts»"),
    # tee
    ("append", "?", "echo $IP db | tee -a «/etc/hosts»"),
    ("append", "?", "echo $IP db | sudo tee -a «/etc/hosts» > /dev/null"),
    ("append", "?", "echo x | tee --append «/etc/hosts»"),
    ("truncate", "?", "echo x | tee «/etc/hosts»"),
    ("append", "?", "echo x | tee -a /tmp/log «/etc/hosts»"),
    ("append", "?", "echo x | $SUDO tee -a «/etc/hosts»"),
    ("append", "?", "SUDO=; echo x | $SUDO tee -a «/etc/hosts»"),
    ("append", "?", "CMD='tee -a /etc/hosts'; echo x | «$CMD»"),
    ("append", "?", "run > >(tee -a «/etc/hosts»)"),
    ("truncate", "?", "run | tee >(cat > «/etc/hosts»)"),
    ("truncate", "?", "tee /etc/{passwd,hosts} < /tmp/x".replace("/etc/{passwd,hosts}", "«/etc/{passwd,hosts}»")),
    ("truncate", "?", "sort -u /etc/hosts | sponge «/etc/hosts»"),
    # editors
    ("edit", "?", "sed -i 's/a/b/' «/etc/hosts»"),
    ("edit", "?", "sed -i.bak -e '/db/d' «/etc/hosts»"),
    ("edit", "?", "sed -n -i '/x/p' «/etc/hosts»"),
    ("edit", "?", "sed -Ei '/db/d' «/etc/hosts»"),
    ("edit", "?", "sed -i '' '/db/d' «/etc/hosts»"),
    ("edit", "?", "sed --in-place=.old --expression='/db/d' /tmp/a «/etc/hosts»"),
    ("edit", "?", "sed '/db/d' -i «/etc/hosts»"),
    ("edit", "?", "perl -pi -e 's/a/b/' «/etc/hosts»"),
    ("edit", "?", "perl -i.bak -ne 'print unless /db/' «/etc/hosts»"),
    ("edit", "?", "ex -sc '%s/a/b/|x' «/etc/hosts»"),
    ("edit", "?", "vi -c '%s/a/b/g' -c 'wq' «/etc/hosts»"),
    ("edit", "?", "vim -es +'g/db/d' +wq «/etc/hosts»"),
    ("edit", "?", "ed -s «/etc/hosts» <<EOF\n/db/d\nw\nq\nEOF\n"),
    ("edit", "?", "printf '%s\\n' '/db/d' w q | ed -s «/etc/hosts»"),
    ("edit", "?", "printf '%s\\n' \"g/$NAME/d\" wq | ed -s «/etc/hosts»"),
    ("edit", "?", "patch «/etc/hosts» < /tmp/hosts.diff"),
    ("edit", "?", "gawk -i inplace '!/db/' «/etc/hosts»"),
    # files put in its place, or taken away
    ("replace", "?", "cp /tmp/hosts «/etc/hosts»"),
    ("replace", "?", 'cp -f "$TMP" «/etc/hosts»'),
    ("replace", "?", "cp /tmp/hosts «/etc/»"),
    ("replace", "?", "cp /tmp/hosts «/etc»"),
    ("replace", "?", 'cp "$DIR/hosts" /tmp/passwd «/etc/»'),
    ("replace", "?", "cp -t «/etc» /tmp/hosts"),
    ("replace", "?", "cp /etc/hosts.new «/etc/hosts»"),
    ("replace", "?", "cp «/etc/hosts{.new,}»"),
    ("replace", "?", "mv /etc/hosts.new «/etc/hosts»"),
    ("replace", "?", "install -m 644 /tmp/x «/etc/hosts»"),
    ("replace", "?", "ln -sf /config/hosts «/etc/hosts»"),
    ("replace", "?", "ln -sfn /config/hosts «/etc»"),
    ("replace", "?", "rsync -a /config/hosts «/etc/»"),
    ("replace", "?", "scp host:/etc/hosts «/etc/hosts»"),
    ("remove", "?", "rm -f «/etc/hosts»"),
    ("remove", "?", "unlink «/etc/hosts»"),
    ("remove", "?", "mv «/etc/hosts» /etc/hosts.orig"),
    ("truncate", "?", "dd if=/tmp/x of=«/etc/hosts»"),
    ("append", "?", "dd of=«/etc/hosts» oflag=append conv=notrunc < x"),
    ("truncate", "?", "truncate -s 0 «/etc/hosts»"),
    ("truncate", "?", "curl -sSL -o «/etc/hosts» https://example.org/hosts"),
    ("truncate", "?", "curl -o«/etc/hosts» https://example.org/hosts"),
    ("truncate", "?", "wget -qO «/etc/hosts» https://example.org/hosts"),
    ("truncate", "?", "sort -u /etc/hosts -o «/etc/hosts»"),
    ("truncate", "?", "sort -u --output=«/etc/hosts» /etc/hosts"),
    # scripts in scripts
    ("append", "?", "sh -c 'echo $IP db >> «/etc/hosts»'"),
    ("append", "?", 'bash -ec "echo $IP db >> «/etc/hosts»"'),
    ("append", "10.1.2.3 db", "sudo sh -c 'echo 10.1.2.3 db >> «/etc/hosts»'"),
    ("append", "10.1.2.3 db", "sudo sh -c \"echo '10.1.2.3 db' >> «/etc/hosts»\""),
    ("append", "10.1.2.3 db", 'exec sudo -u root -- bash -c "echo \\"10.1.2.3 db\\" >> «/etc/hosts»"'),
    ("append", "?", "bash -euo pipefail -c 'run; echo x >> «/etc/hosts»'"),
    ("append", "?", "su -c 'echo x >> «/etc/hosts»'"),
    ("append", "?", "su - root -c 'echo x >> «/etc/hosts»'"),
    ("append", "?", "runuser -u root -- sh -c 'echo x >> «/etc/hosts»'"),
    ("append", "?", "env A=b nohup nice -n 5 timeout 5 sh -c 'echo x >> «/etc/hosts»' &"),
    ("append", "?", "tini -- sh -c 'echo x >> «/etc/hosts»'"),
    ("append", "?", "busybox sh -c 'echo x >> «/etc/hosts»'"),
    ("append", "?", 'eval "echo x >> «/etc/hosts»"'),
    ("append", "?", "eval echo x '>>' «/etc/hosts»"),
    ("append", "?", "F=/etc/hosts; eval 'echo x >> «$F»'"),
    ("append", "?", "trap 'echo x >> «/etc/hosts»' EXIT"),
    ("append", "?", "sh -c 'echo x >> «$1»' _ /etc/hosts"),
    ("append", "?", 'HOSTS=/etc/hosts; sh -c "echo x >> «$HOSTS»"'),
    ("append", "?", "export HOSTS=/etc/hosts; sh -c 'echo x >> «$HOSTS»'"),
    ("append", "?", "HOSTS=/etc/hosts sh -c 'echo x >> «$HOSTS»'"),
    ("append", "10.1.2.3 db", "sh <<'EOF'\necho 10.1.2.3 db >> «/etc/hosts»\nEOF\n"),
    ("append", "?", "bash -s <<EOF\necho $IP db >> «/etc/hosts»\nEOF\n"),
    ("append", "?", "cat list | xargs -I{} sh -c 'echo {} >> «/etc/hosts»'"),
    ("edit", "?", "echo s/a/b/ | xargs sed -i -e x «/etc/hosts»"),
    ("append", "?", "flock /tmp/lock -c 'echo x >> «/etc/hosts»'"),
    ("append", "?", "x=$(echo y >> «/etc/hosts»)"),
    ("append", "?", 'x="a `echo y >> «/etc/hosts»` b"'),
    ("append", "?", "x=`a \\`echo y >> «/etc/hosts»\\``"),
    ("append", "?", "echo ${X:-$(echo y >> «/etc/hosts»)}"),
    ("append", "?", "cat <<EOF\n$(echo y >> «/etc/hosts»)\nEOF\n"),
    # Python and awk
    ("truncate", "?", "python -c \"open(«'/etc/hosts'»,'w')\""),
    ("append", "10.1.2.3 db", "python3 -c \"open(«'/etc/hosts'», 'a').write('10.1.2.3 db\\n')\""),
    ("append", "?", "python3 -c \"open(«'/etc/hosts'», 'a').write('$IP db\\n')\""),
    ("append", "?", 'python3 - <<\'EOF\'\nwith open(«"/etc/hosts"», mode="a") as f:\n    f.write(x)\nEOF\n'),
    ("append", "?", "python3 -c 'import os; os.system(\"echo x >> «/etc/hosts»\")'"),
    ("truncate", "?", "awk '{print > «\"/etc/hosts\"»}' /tmp/x"),
    ("append", "?", 'awk \'END { printf "%s db\\n", $1 >> «"/etc/hosts"» }\' /tmp/x'),
    ("append", "?", "awk -v f=/etc/hosts '{print $1 >> «f»}' /tmp/x"),
    ("append", "?", "awk '{ system(\"echo x >> «/etc/hosts»\") }' /tmp/x"),
    ("append", "?", "awk '{ print | \"cat >> «/etc/hosts»\" }' /tmp/x"),
    # compound commands
    ("append", "?", "if true; then echo x >> «/etc/hosts»; fi"),
    ("append", "?", "if a; then b; elif c; then d; else echo x >> «/etc/hosts»; fi"),
    ("append", "?", 'for h in a b; do echo "10.0.0.1 $h" >> «/etc/hosts»; done'),
    ("append", "?", "for h; do echo $h >> «/etc/hosts»; done"),
    ("append", "?", "for ((i=0; i<3; i++)); do echo $i >> «/etc/hosts»; done"),
    ("append", "?", "while read l; do echo $l; done < /tmp/x >> «/etc/hosts»"),
    ("append", "?", "until grep -q db /etc/hosts\ndo\n\techo x >> «/etc/hosts»\ndone"),
    ("append", "?", "case $1 in\n  a|b) echo x >> «/etc/hosts» ;;\n  *) ;;\nesac"),
    ("append", "?", "case $1 in (a) ;; (*) echo x >> «/etc/hosts»; esac"),
    ("append", "?", "x=$(case $1 in a) echo b;; esac; echo x >> «/etc/hosts»)"),
    ("append", "?", "(cd /tmp; echo x >> «/etc/hosts»)"),
    ("append", "?", "((cat x; cat y) >> «/etc/hosts»)"),
    ("append", "?", "{ echo a; echo b; } >> «/etc/hosts»"),
    ("append", "?", 'function add { echo "$@" >> «/etc/hosts»; }'),
    ("append", "?", "grep -q db /etc/hosts || echo $IP db >> «/etc/hosts»"),
    ("append", "?", "[ -w /etc/hosts ] && echo x >> «/etc/hosts» || true"),
    ("append", "?", "[[ $a > $b && $c < d ]] && echo x >> «/etc/hosts»"),
    ("append", "?", "(( a > b )) || echo x >> «/etc/hosts»"),
    ("append", "?", "echo $((1 << 2)) >> «/etc/hosts»"),
    ("append", "?", "! true; time echo x >> «/etc/hosts»"),
    ("append", "?", "while [`ls | wc -l` < 3];  do sleep 1; done; echo x >> «/etc/hosts»"),
    ("append", "?", 'a=(1 "2 3" $(x)); echo ${a[@]} >> «/etc/hosts»'),
    ("append", "?", "case x in *) : ${x#*)} ;; esac; echo x >> «/etc/hosts»"),
    ("append", "?", "echo it\\'s; echo x >> «/etc/hosts» # don't"),
    ("append", "?", "# don't\necho x >> «/etc/hosts»"),
    ("append", "?", "for i do echo $i >> «/etc/hosts»; done"),
    ("append", "?", "select x in a b; do echo $x >> «/etc/hosts»; done"),
    ("append", "?", "function f() { (echo x) >> «/etc/hosts»; }"),
    ("append", "?", "[[ $a == @(b|c)* ]] && ls !(d) +(e) >> «/etc/hosts»"),
    ("append", "?", "x=$((1 + $(echo 2 >> «/etc/hosts»)))"),
    ("append", "?", 'a=([0]="$(echo x >> «/etc/hosts»)" [1]=b)'),
    ("append", "?", "a[1]=b A+=c; echo $(( a[1] * (2 + `echo 3`) )) \"${a[@]:-'}'}\" ${b:-'}'} >> «/etc/hosts»"),
    ("append", "?", "echo a\\\n  b \\\n  >> «/etc/hosts»"),
    ("append", "?", "sh --norc --rcfile x +e -c 'echo x >> «/etc/hosts»'"),
    ("append", "?", "watch -n 5 'echo x >> «/etc/hosts»'"),
    ("edit", "?", "ruby -i -pe 'x' «/etc/hosts»"),
    ("truncate", "?", "patch -o «/etc/hosts» a b"),
    ("append", "?", "echo x | sponge -a «/etc/hosts»"),
    ("update", "?", "dd if=x of=«/etc/hosts» conv=notrunc"),
    ("update", "?", "shred -n 1 «/etc/hosts»"),
    # templates
    ("append", "?", 'echo "{{ .Values.ip }} db" >> «/etc/hosts»'),
    ("append", "?", "{{- if .Values.x }}\necho {{ .Values.line | quote }} >> «/etc/hosts»\n{{- end }}\n"),
    ("append", "?", "{{/* don't */}}\necho x >> «/etc/hosts»"),
    ("append", "?", "echo 10.0.0.1 ${{ matrix.name }} | sudo tee -a «/etc/hosts»"),
    # what is written, where that is certain
    ("append", "10.1.2.3 db", "echo '10.1.2.3 db' >> «/etc/hosts»"),
    ("append", "10.1.2.3 db db.local", "echo 10.1.2.3   db   db.local >> «/etc/hosts»"),
    ("append", "10.1.2.3 db", 'echo "10.1.2.3 db # the database" >> «/etc/hosts»'),
    ("append", "10.1.2.3 db;fd00::1 db", 'echo -e "10.1.2.3\\tdb\\nfd00::1 db" >> «/etc/hosts»'),
    ("append", "?", 'echo "10.1.2.3\\tdb" >> «/etc/hosts»'),
    ("append", "10.1.2.3 db", "echo -e '10.1.2.3\\x20db' >> «/etc/hosts»"),
    ("append", "?", "echo -e '10.1.2.3 db\\c' >> «/etc/hosts»"),
    ("append", "10.1.2.3 db", "echo $'10.1.2.3\\tdb' >> «/etc/hosts»"),
    ("append", "10.1.2.3 db", "echo $'10.1.2.3\\u0020\\144\\x62' >> «/etc/hosts»"),
    ("append", "10.1.2.3 db", "printf -- '10.1.2.3 db\\n' >> «/etc/hosts»"),
    ("append", "?", "printf '%d.1.2.3 db\\n' 10 >> «/etc/hosts»"),
    ("append", "?", "printf -v x '10.1.2.3 db\\n' >> «/etc/hosts»"),
    ("append", "?", "echo -n 10.1.2.3 db >> «/etc/hosts»"),
    ("append", "10.1.2.3 db", "printf '10.1.2.3 db\\n' >> «/etc/hosts»"),
    ("append", "10.1.2.3 a;10.1.2.4 b", "printf '%s %s\\n' 10.1.2.3 a 10.1.2.4 b >> «/etc/hosts»"),
    ("append", "10.1.2.3 a", "printf '%b\\n' '10.1.2.3\\ta' >> «/etc/hosts»"),
    ("append", "?", "printf '%-15s %s\\n' 10.1.2.3 db >> «/etc/hosts»"),
    ("append", "?", "printf '%s db' 10.1.2.3 >> «/etc/hosts»"),
    ("append", "10.1.2.3 db;10.1.2.4 web www", "cat <<EOF >> «/etc/hosts»\n10.1.2.3 db\n10.1.2.4 web www\nEOF\n"),
    ("append", "10.1.2.3 db", "cat >> «/etc/hosts» <<-'EOF'\n\t10.1.2.3 db\n\tEOF\n"),
    ("append", "?", "cat <<EOF >> «/etc/hosts»\n$IP db\nEOF\n"),
    ("append", "?", "cat <<'EOF' >> «/etc/hosts»\n$IP db\nEOF\n"),
    ("append", "?", "cat <<EOF >> «/etc/hosts»\n10.1.2.3 <NAME>\nEOF\n"),
    ("append", "10.1.2.3 db", "tee -a «/etc/hosts» <<EOF\n10.1.2.3 db\nEOF\n"),
    ("append", "10.1.2.3 db", "tee -a «/etc/hosts» <<< '10.1.2.3 db'"),
    # redirections that only bash has: dash ends the command at `&`, and then empties the file
    ("append", "10.1.2.3 db", "#!/bin/bash\ncat <<< '10.1.2.3 db' >> «/etc/hosts»"),
    ("append", "?", "bash -c 'run &>> «/etc/hosts»'"),
    ("truncate", "-", "#!/bin/sh\nrun &> «/etc/hosts»"),
    ("append", "?", "#!/bin/sh\ncat <<< x\nrun >> «/etc/hosts»"),
    ("append", "10.1.2.3 db", "echo 10.1.2.3 db | sudo tee -a «/etc/hosts» >/dev/null"),
    ("append", "10.1.2.3 db", 'sudo echo "10.1.2.3 db" | sudo tee -a «/etc/hosts»'),
    ("append", "10.1.2.3 db", "cat <<EOF | sudo tee -a «/etc/hosts»\n10.1.2.3 db\nEOF\n"),
    ("append", "?", "echo 10.1.2.3 db | sed s/db/web/ | tee -a «/etc/hosts»"),
    ("append", "?", "echo 10.1.2.3 db > /tmp/x | tee -a «/etc/hosts»"),
    ("append", "10.1.2.3 a;10.1.2.4 b", "{ echo 10.1.2.3 a; echo 10.1.2.4 b; } >> «/etc/hosts»"),
    ("append", "-", "echo '# added by init' >> «/etc/hosts»"),
    ("append", "-", "echo >> «/etc/hosts»"),
    ("append", "?", "echo 10.1.2.3 >> «/etc/hosts»"),
    ("append", "?", "echo db 10.1.2.3 >> «/etc/hosts»"),
    ("append", "?", "echo 10.1.2.300 db >> «/etc/hosts»"),
    ("append", "?", "echo 10.1.2.3 *.example.org >> «/etc/hosts»"),
    ("append", "10.1.2.3 db", "IP=10.1.2.3; echo $IP db >> «/etc/hosts»"),
    ("append", "?", "IP=10.1.2.3; [ x ] && IP=10.1.2.4; echo $IP db >> «/etc/hosts»"),
    ("append", "?", "IP=$(hostname -i); echo $IP db >> «/etc/hosts»"),
]

NO_WRITES = [
    # appending nothing, as dash understands `&>>`; `<<<` is a syntax error there
    ">> /etc/hosts",
    "#!/bin/sh\necho '10.1.2.3 db' &>> /etc/hosts",
    "sh -c 'echo 10.1.2.3 db &>> /etc/hosts'",
    "dash -c 'eval \"echo 10.1.2.3 db &>> /etc/hosts\"'",
    "#!/bin/sh\ncat <<< '10.1.2.3 db' >> /etc/hosts",
    "#!/bin/sh\ntrue $(tee -a /etc/hosts <<< '10.1.2.3 db')",
    # reading
    "cat /etc/hosts",
    "grep x /etc/hosts > y",
    "grep `hostname` /etc/hosts > /cdap/`hostname`_ip.txt",
    "cat /etc/hosts | tee -a /usr/share/nginx/html/index.html",
    "if grep -q x /etc/hosts; then echo found; fi",
    "while read l; do echo $l; done < /etc/hosts",
    "[ -f /etc/hosts ] && cp /tmp/a /tmp/b",
    "[[ /etc/hosts > /tmp/x ]]",
    "[[ a > /etc/hosts ]]",
    "(( 1 > /etc/hosts ))",
    "tee /tmp/x < /etc/hosts",
    "cat <> /etc/hosts",
    "sed 's/x/y/' /etc/hosts",
    "sed -n '/x/p' /etc/hosts",
    "sed -e i -n /etc/hosts",
    "sed -i s/a/b/ /tmp/x; cat /etc/hosts",
    "awk '$1 > 0 {print $2}' /etc/hosts",
    "awk '{print > \"/tmp/x\"}' /etc/hosts",
    "awk '{ if (x > \"/etc/hosts\") print }' y",
    "awk '/print > \"\\/etc\\/hosts\"/' y",
    "awk '# print > \"/etc/hosts\"\n{print}' y",
    "awk '{ print (a > \"/etc/hosts\") }' y",
    'awk \'{ print > "/etc/hosts" ".bak" }\' y',
    "perl -ne 'print' /etc/hosts",
    "diff -u /etc/hosts - < x",
    "tail -f /etc/hosts",
    "sort -u /etc/hosts -o /tmp/x",
    "python -c \"open('/etc/hosts').read()\"",
    "python -c \"print(open('/etc/hosts', 'rb').read())\"",
    "curl -F file=@/etc/hosts -o /tmp/x https://example.org",
    "vim /etc/hosts",
    "vi -R -c q /etc/hosts",
    "ex -sc 'p|q' /etc/hosts",
    "ed -s /etc/hosts <<EOF\np\nq\nEOF\n",
    "patch --dry-run /etc/hosts < x",
    # copies of it
    "cp /etc/hosts /tmp/",
    "cp /etc/hosts /etc/hosts.bak",
    "cp /etc/hosts{,.bak}",
    "cp -n /tmp/hosts /etc/hosts",
    "cp /tmp/hosts.new /etc/",
    "cp /tmp/* /etc/",
    "cp -T /tmp/hosts /etc",
    "cp /etc/hosts $DEST",
    "cp /tmp/hosts $DEST",
    "mv /tmp/x /etc/hosts.new",
    "ln -s /etc/hosts /tmp/hosts",
    "ln -s /config/hosts /etc/hosts",
    "install -d /etc/hosts",
    "rsync -n /config/hosts /etc/",
    "rsync /etc/hosts backup:/etc/hosts",
    "scp /etc/hosts host:/etc/hosts",
    "dd if=/etc/hosts of=/tmp/x",
    "tar cf - /etc/hosts > x.tar",
    # other paths
    "echo x > /etc/hosts.bak",
    "echo x >> /etc/hosts.allow",
    "sed -i s/a/b/ /etc/hosts.allow",
    "sed -i s/a/b/ /etc/hosts_from_host",
    "echo x >> /host-etc/hosts",
    "echo x >> /rootfs/etc/hosts",
    "echo x >> /ETC/HOSTS",
    "echo x >> etc/hosts",
    "echo x >> ./hosts",
    "echo x >> ~/etc/hosts",
    "echo x >> /etc/hosts/",
    "echo x >> '/etc/hosts '",
    "echo x >> /etc/hosts\r\n",
    "echo x >> /etc/host?",
    "echo x >> $ROOT/etc/hosts",
    "echo x >> ${HOSTS:-/tmp}/hosts",
    "echo x >> $HOSTS",
    "F=/etc/hosts; F=/tmp/x; echo x >> $F",
    "F=/etc/hosts; read F; echo x >> $F",
    "for F in /etc/hosts; do :; done; F=/etc/hosts; echo x >> $F",
    "(F=/etc/hosts); echo x >> $F",
    "F=/etc/hosts echo x >> $F",
    "F=/etc/hosts; sh -c 'echo x >> $F'",
    "F=/etc/hosts; eval \"sh -c 'echo x >> \\$F'\"",
    "(cd /etc); echo x >> hosts",
    'cd /etc; cd "$DIR"; echo x >> hosts',
    "cd /tmp || cd /etc; echo x >> hosts",
    "rm -f /etc/hosts.d/*",
    # not the file of this pod
    "kubectl exec pod -- sh -c 'echo x >> /etc/hosts'",
    "ssh host 'echo x >> /etc/hosts'",
    "ssh host <<EOF\necho x >> /etc/hosts\nEOF\n",
    "docker run --rm alpine sh -c 'echo x >> /etc/hosts'",
    "docker exec -i c sh -c 'echo x >> /etc/hosts'",
    "chroot /host sh -c 'echo x > /etc/hosts'",
    "nsenter -t 1 -m -- sh -c '> /etc/hosts'",
    "minikube ssh 'echo x >> /etc/hosts'",
    "echo x | kubectl exec -i pod -- tee -a /etc/hosts",
    "sudo --chroot=/host sh -c 'echo x >> /etc/hosts'",
    # text
    'echo "see /etc/hosts"',
    "echo '>> /etc/hosts'",
    'echo "echo x >> /etc/hosts"',
    "echo x \\>\\> /etc/hosts",
    "# echo x >> /etc/hosts",
    "echo a # >> /etc/hosts",
    "cat <<EOF\necho x >> /etc/hosts\nEOF\n",
    "cat <<'EOF' > /run.sh\necho x >> /etc/hosts\nEOF\n",
    "grep -c 'tee -a /etc/hosts' log",
    "X='echo x >> /etc/hosts'",
    "case $x in '> /etc/hosts') ;; esac",
    "echo 'unfinished >> /etc/hosts",
    'echo "unfinished >> /etc/hosts',
    'echo $(unfinished >> /tmp/x; echo "y > /etc/hosts',
    # it is named, but nothing is written
    "echo x sudo tee -a /etc/hosts",
    "chmod 644 /etc/hosts",
    "chown root /etc/hosts",
    "touch /etc/hosts",
    "umount /etc/hosts",
    "mount --bind /tmp/x /etc/hosts",
    "command -v tee /etc/hosts",
    "xargs cp /etc/hosts",
    "sudo -l tee /etc/hosts",
    "sh -x /etc/hosts",
    "find / -path /etc/hosts -print",
    "export HOSTALIASES=/etc/hosts",
    # template languages
    "echo x >> {{ .Values.hostsFile }}",
    "echo x >> /etc/hosts{{ .Values.suffix }}",
    '{{ printf "echo x > /etc/hosts" }}',
]


def _unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The script without its marks, and the places they enclosed."""
    pieces = re.split("[«»]", marked)
    script = ""
    spans = []
    for index, piece in enumerate(pieces):
        if index % 2:
            spans.append((len(script), len(script) + len(piece)))
        script += piece
    return script, spans


def _entries(write: HostsWrite) -> str:
    if write.entries is None:
        return "?"
    return ";".join(" ".join((entry.ip, *entry.names)) for entry in write.entries) or "-"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/etc/hosts", True),
        ("//etc//./hosts", True),
        ("/etc/../etc/hosts", True),
        ("/../etc/hosts", True),
        ("/etc/hosts/", False),
        ("/etc/hosts/.", False),
        ("/etc/hosts/../hosts", False),
        ("etc/hosts", False),
        ("/etc/Hosts", False),
        ("/etc/hosts2", False),
        ("/x/etc/hosts", False),
        ("", False),
    ],
)
def test_which_paths_are_the_hosts_file(path: str, expected: bool) -> None:
    assert is_etc_hosts(path) is expected


@pytest.mark.parametrize(("kind", "entries", "marked"), WRITES)
def test_a_write_is_found(kind: str, entries: str, marked: str) -> None:
    script, spans = _unmarked(marked)
    writes = hosts_writes(script)
    assert [tuple(write.target) for write in writes] == spans
    assert [str(write.kind) for write in writes] == [kind]
    assert [_entries(write) for write in writes] == [entries]


@pytest.mark.parametrize("script", NO_WRITES)
def test_no_write_is_seen_where_there_is_none(script: str) -> None:
    assert hosts_writes(script) == []


@pytest.mark.parametrize("marked", [marked for _, _, marked in WRITES])
def test_the_place_is_the_same_inside_other_text(marked: str) -> None:
    """Positions do not depend on what stands before and after, with wide characters among it."""
    script, spans = _unmarked(marked)
    before = "# é漢😀\nif true\nthen :; fi\n"
    writes = hosts_writes(before + script + "\n: é漢😀\n")
    assert [tuple(write.target) for write in writes] == [
        (start + len(before), end + len(before)) for start, end in spans
    ]


@pytest.mark.parametrize(
    ("first_line", "count"),
    [
        ("#!/bin/sh", 1),
        ("#!/bin/bash -eu", 1),
        ("#!/usr/bin/env bash", 1),
        ("#! /usr/bin/env -S A=b dash -x", 1),
        ("#!/usr/bin/perl", 0),
        ("#!/usr/bin/env node", 0),
        ("#!/usr/bin/env python3", 0),
        ("#!", 1),
    ],
)
def test_the_first_line_tells_the_language(first_line: str, count: int) -> None:
    assert len(hosts_writes(f"{first_line}\necho x >> /etc/hosts\n")) == count


def test_a_python_script_is_read_as_python() -> None:
    script = "#!/usr/bin/env python3\nopen('/etc/hosts', 'w')\n"
    assert [script[slice(*write.target)] for write in hosts_writes(script)] == ["'/etc/hosts'"]
