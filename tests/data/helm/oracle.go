// What Go's own libraries make of texts and values: the measured data beside this file.
//
// Reads lines {"what": ..., "in": [...]} and writes them with "out". Built with Go 1.26.8, sigs.k8s.io/yaml 1.6.0
// (go.yaml.in/yaml/v2 2.4.3), github.com/Masterminds/semver/v3 3.5.0: those of Helm 4.3.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"
)

type row struct {
	What string            `json:"what"`
	In   []json.RawMessage `json:"in"`
	Out  interface{}       `json:"out"`
}

func text(raw json.RawMessage) string {
	var found string
	if err := json.Unmarshal(raw, &found); err != nil {
		panic(err)
	}
	return found
}

func toYAML(raw json.RawMessage) interface{} {
	var value interface{}
	if err := json.Unmarshal(raw, &value); err != nil {
		panic(err)
	}
	data, err := yaml.Marshal(value)
	if err != nil {
		return nil
	}
	return string(data)
}

func fromYAML(in string) interface{} {
	found := map[string]interface{}{}
	if err := yaml.Unmarshal([]byte(in), &found); err != nil {
		return err.Error()
	}
	return found
}

func matched(pattern, in, replacement string) interface{} {
	found, err := regexp.Compile(pattern)
	if err != nil {
		return err.Error()
	}
	return map[string]interface{}{
		"first":    found.FindStringSubmatch(in),
		"all":      found.FindAllString(in, -1),
		"replaced": found.ReplaceAllString(in, replacement),
		"split":    found.Split(in, -1),
		"two":      found.Split(in, 2),
	}
}

func compared(constraint, version string) interface{} {
	wanted, err := semver.NewConstraint(constraint)
	if err != nil {
		return err.Error()
	}
	found, err := semver.NewVersion(version)
	if err != nil {
		return err.Error()
	}
	return wanted.Check(found)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	writer := json.NewEncoder(os.Stdout)
	writer.SetEscapeHTML(false)
	for lines.Scan() {
		var one row
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			panic(fmt.Sprint(err, lines.Text()))
		}
		switch one.What {
		case "toYaml":
			one.Out = toYAML(one.In[0])
		case "fromYaml":
			one.Out = fromYAML(text(one.In[0]))
		case "regex":
			one.Out = matched(text(one.In[0]), text(one.In[1]), text(one.In[2]))
		case "semver":
			one.Out = compared(text(one.In[0]), text(one.In[1]))
		}
		if err := writer.Encode(one); err != nil {
			panic(err)
		}
	}
}
