// Reads lines as GitHub Actions and VS Code do: node apply.mjs MATCHERS.json < output; prints the matches as JSON.
// MATCHERS.json is a list of matchers, each with one pattern and maybe a severity for lines that name none.
import { readFileSync } from "node:fs";

const matchers = JSON.parse(readFileSync(process.argv[2], "utf8"));
const lines = readFileSync(0, "utf8").split("\n").filter((line) => line !== "");
const matches = lines.map((line) =>
  matchers.flatMap(({ pattern, severity }) => {
    const found = new RegExp(pattern.regexp).exec(line);
    if (found === null) return [];
    const read = (name) => (name in pattern ? found[pattern[name]] : undefined);
    return [{
      file: read("file"), line: Number(read("line")), column: Number(read("column")),
      severity: read("severity") ?? severity, message: read("message"), code: read("code"),
    }];
  }),
);
process.stdout.write(JSON.stringify(matches));
