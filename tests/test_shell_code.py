"""Code in Perl, Ruby, JavaScript, PHP and Lua that writes /etc/hosts, and code that only looks as if it did.

`«...»` marks what is reported: the text that names the file. `vectors/hosts-writes` says what was measured of each.
"""

from __future__ import annotations

import re

import pytest

from podhosts.shell import Way, argv_writes, hosts_writes

WRITES = [
    # Perl
    ("append", """perl -e 'open F,">>",«"/etc/hosts"» or die $!; print F "x\\n"'"""),
    ("append", """perl -e 'open(my $f, ">>:utf8", «"/etc/hosts"») || die; print $f "x"'"""),
    ("append", """perl -e 'open F, «">>/etc/hosts"»; print F "x"'"""),
    ("append", """perl -e'open F, «">> /etc/hosts"»; print F 1'"""),
    ("truncate", """perl -lne 'BEGIN { open STDOUT, ">", «"/etc/hosts"» } print' /tmp/new"""),
    ("update", """perl -E 'open my $f, "+<", «"/etc/hosts"»; say $f "x"'"""),
    ("append", """perl -e 'my $p = "/etc/hosts"; open F, ">>", «$p»; print F "x"'"""),
    ("replace", """perl -MFile::Copy -e 'copy("/tmp/new",«"/etc/hosts"») or die $!'"""),
    ("replace", """perl -MFile::Copy -e 'File::Copy::move("/tmp/hosts", «"/etc"»)'"""),
    ("remove", """perl -e 'unlink «"/etc/hosts"»'"""),
    ("append", """perl -e 'system("echo x >> «/etc/hosts»")'"""),
    ("append", """perl -e '`echo x >> «/etc/hosts»`'"""),
    ("append", """perl -e 'qx{echo x >> «/etc/hosts»}'"""),
    ("append", """perl <<'E'\nopen F, ">>", «"/etc/hosts"»;\nprint F "x";\nE"""),
    ("edit", "perl -i -pe 's/a/b/' «/etc/hosts»"),
    ("edit", "perl -0pi -e 's/a/b/' «/etc/hosts»"),
    ("append", """perl -e 'my $f="/etc/hosts"; open(F,«">>$f"»); print F "x"'"""),
    ("append", """perl -MFile::Slurp -e 'append_file(«"/etc/hosts"», "x")'"""),
    ("append", """perl -MIO::File -e 'IO::File->new(«"/etc/hosts"», "a")->print("x")'"""),
    ("append", """perl -e 'system("sh", "-c", "echo x >> «/etc/hosts»")'"""),
    # Ruby
    ("append", """ruby -e 'File.open(«"/etc/hosts"», File::WRONLY|File::APPEND) { |f| f.puts 1 }'"""),
    ("append", """ruby -e 'd = "/etc"; open(«"#{d}/hosts"», "a") { |f| f << "x" }'"""),
    ("append", """ruby -e 'File.open(«"/etc/hosts"»,"a"){|f| f.puts "x"}'"""),
    ("append", """ruby -e 'open(«"/etc/hosts"», mode: "a") { |f| f << "x" }'"""),
    ("truncate", """ruby -e 'File.write(«"/etc/hosts"», File.read("/tmp/new"))'"""),
    ("append", """ruby -e 'File.write «"/etc/hosts"», "x", mode: "a"'"""),
    ("replace", """ruby -rfileutils -e 'FileUtils.cp("/tmp/new",«"/etc/hosts"»)'"""),
    ("append", """ruby -e 'system "echo #{x} db >> «/etc/hosts»"'"""),
    # JavaScript
    ("append", """node -e 'require("fs").appendFileSync(«"/etc/hosts"»,"x")'"""),
    ("truncate", """node -e 'const fs=require("fs");fs.writeFileSync(«"/etc/hosts"»,fs.readFileSync("/tmp/new"))'"""),
    ("append", """node --eval 'fs.writeFileSync(«"/etc/hosts"», "x", {flag: "a"})'"""),
    ("append", """node -e 'fs.createWriteStream(«`/etc/hosts`»,{flags:"a"}).end("x")'"""),
    ("append", """node -p 'const f = fs.openSync(«"/etc/hosts"», "a"); fs.writeSync(f, "x")'"""),
    ("replace", """node -e 'require("fs").promises.copyFile("/tmp/new",«"/etc/hosts"»)'"""),
    ("remove", """node -e 'require("fs").unlinkSync(«"/etc/hosts"»)'"""),
    ("append", """node -e 'require("child_process").execSync("echo x >> «/etc/hosts»")'"""),
    ("truncate", """node -e 'fs.writeFileSync(process.env.HOSTS || «"/etc/hosts"», "x")'"""),
    ("truncate", """node -e 'const d = "/etc"; fs.writeFileSync(«`${d}/hosts`», "x")'"""),
    ("update", """node -e 'fs.openSync(«"/etc/hosts"», fs.constants.O_WRONLY)'"""),
    # PHP and Lua
    ("truncate", """php -r 'file_put_contents(getenv("HOSTS") ?: «"/etc/hosts"», "x");'"""),
    ("append", """php -r 'var_dump(file_put_contents(«"/etc/hosts"», "x\\n", FILE_APPEND));'"""),
    ("append", """php -r '$f=fopen(«"/etc/hosts"»,"a");fwrite($f,"x");'"""),
    ("replace", """php -r "copy('/tmp/new',«'/etc/hosts'»);\""""),
    ("append", """lua5.4 -e 'local f=assert(io.open(«"/etc/hosts"»,"a")); f:write("x"); f:close()'"""),
    ("append", """lua -e 'os.execute("echo x >> «/etc/hosts»")'"""),
]


def marked(script: str) -> tuple[str, list[str]]:
    """A script without its marks, and what they mark."""
    return re.sub("[«»]", "", script), re.findall("«([^»]*)»", script)


@pytest.mark.parametrize(("kind", "script"), WRITES)
def test_writes(kind: str, script: str) -> None:
    text, targets = marked(script)
    found = hosts_writes(text)
    assert [text[slice(*write.target)] for write in found] == targets
    assert [str(write.kind) for write in found] == [kind]


@pytest.mark.parametrize(
    ("script", "way"),
    [
        ("""perl -e 'rename "/tmp/new","/etc/hosts"'""", Way.REPLACED),
        ("""perl -MFile::Copy -e 'move("/tmp/new","/etc/hosts")'""", Way.IN_PLACE),
        ("""ruby -rfileutils -e 'FileUtils.mv("/tmp/new","/etc/hosts")'""", Way.REPLACED),
        ("""node -e 'fs.cpSync("/tmp/new","/etc/hosts",{force:true})'""", Way.REPLACED),
        ("""node -e 'fs.truncateSync("/etc/hosts")'""", Way.IN_PLACE),
        ("""php -r 'rename("/tmp/new", "/etc/hosts");'""", Way.REPLACED),
    ],
)
def test_what_replaces_the_file_fails_on_the_mount(script: str, way: Way) -> None:
    (write,) = hosts_writes(script)
    assert write.way is way


@pytest.mark.parametrize(
    "script",
    [
        """perl -e 'open F,"<","/etc/hosts"; print <F>'""",
        """perl -e 'open F,"/etc/hosts"; print <F>'""",
        """perl -e 'open F, ">>", "/tmp/x"; print F "/etc/hosts"'""",
        """perl -e '# open F, ">>", "/etc/hosts"'""",
        """perl -e 'my $p = "/etc/hosts"; $p = "/tmp/x"; open F, ">>", $p'""",
        """perl -MFile::Copy -e 'copy("/etc/hosts","/tmp/new")'""",
        """perl -ne 'print "open F, >>, /etc/hosts"' /etc/hosts""",
        """perl script.pl /etc/hosts""",
        """ruby -e 'puts File.read("/etc/hosts")'""",
        """ruby -e 'File.open("/etc/hosts") { |f| puts f.read }'""",
        """ruby -e 'File.open("/etc/hosts", "wx")'""",
        """node -e 'console.log(fs.readFileSync("/etc/hosts", {flag: "a"}))'""",
        """node -e 'console.log("fs.writeFileSync(\\"/etc/hosts\\", x)")'""",
        """node -e 'fs.copyFileSync("/tmp/new","/etc/hosts",fs.constants.COPYFILE_EXCL)'""",
        """node -e 'fs.writeFileSync("/etc/hosts","x",{flag:"wx"})'""",
        """node -e 'fs.writeFileSync(path, "/etc/hosts")'""",
        """node -e 'fs.writeFileSync("/etc/hosts" + suffix, "x")'""",
        """node server.js --hosts /etc/hosts""",
        """php -r 'echo file_get_contents("/etc/hosts");'""",
        """php -r '$f = fopen("/etc/hosts", "r");'""",
        """lua -e 'for l in io.lines("/etc/hosts") do print(l) end'""",
        """lua -e 'f = io.open("/etc/hosts")'""",
        """perl -e 'my $f="/tmp/hosts"; open(F, ">>$f"); print F "/etc/hosts"'""",
        """perl -e 'open(F, ">>$f"); print F "/etc/hosts"'""",
        """node -e 'fs.writeFileSync(base || "/etc/hosts", "x")'""",
        """node -e 'fs.writeFileSync(env.length / "/etc/hosts", "x")'""",
        """ruby -e 'File.open("/etc/hosts", File::RDONLY)'""",
        """ruby -e 'File.open("/etc/hosts", File::CREAT|File::EXCL|File::WRONLY)'""",
        """perl -e 'system("echo", "-c", "/etc/hosts")'""",
    ],
)
def test_reading_is_no_write(script: str) -> None:
    assert hosts_writes(script) == []


def test_an_exec_form_needs_no_shell() -> None:
    (found,) = argv_writes(["/usr/bin/node", "-e", 'require("fs").appendFileSync("/etc/hosts","x")'])
    assert found.index == 2
    assert found.write.target == (29, 41)
    assert found.write.statement is None


def test_a_script_says_by_its_first_line_what_it_is_written_in() -> None:
    assert len(hosts_writes('#!/usr/bin/env ruby\nFile.write("/etc/hosts", "x")\n')) == 1
    assert hosts_writes('#!/usr/bin/env ruby\nputs "echo x >> /etc/hosts"\n') == []
