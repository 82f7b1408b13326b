// Reads templates from standard input, one JSON string a line, and answers each with a line of JSON: what Go's
// text/template prints with the data in the file that is named as the argument, or its error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
)

var functions = template.FuncMap{
	"list":  func(items ...any) []any { return items },
	"upper": strings.ToUpper,
	"add1":  func(number int) int { return number + 1 },
	"half":  func(number float64) float64 { return number / 2 },
}

func render(text string, data any) map[string]string {
	parsed, err := template.New("gotpl").Option("missingkey=zero").Funcs(functions).New("f").Parse(text)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	var out strings.Builder
	if err := parsed.Execute(&out, data); err != nil {
		return map[string]string{"error": err.Error()}
	}
	return map[string]string{"text": out.String()}
}

func main() {
	content, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var data any
	if err := json.Unmarshal(content, &data); err != nil {
		panic(err)
	}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		var text string
		if err := json.Unmarshal([]byte(line), &text); err != nil {
			panic(err)
		}
		answer, _ := json.Marshal(render(text, data))
		fmt.Println(string(answer))
	}
}
