package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	apiv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	structuraldefaulting "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	schemaobjectmeta "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	structuralpruning "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	generatedopenapi "k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/managedfields"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/spec3"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

var scheme = runtime.NewScheme()
var codecs = serializer.NewCodecFactory(scheme, serializer.EnableStrict)

func static() map[string]*spec.Schema {
	namer := openapinamer.NewDefinitionNamer(scheme)
	defs := generatedopenapi.GetOpenAPIDefinitions(func(name string) spec.Ref {
		n, _ := namer.GetDefinitionName(name)
		return spec.MustCreateRef("#/components/schemas/" + common.EscapeJsonPointer(n))
	})
	out := map[string]*spec.Schema{}
	for name, d := range defs {
		if !strings.Contains(name, "apimachinery") {
			continue
		}
		n, _ := namer.GetDefinitionName(name)
		s := d.Schema
		out[n] = &s
	}
	return out
}

func models(st map[string]*spec.Schema, crd *apiv1.CustomResourceDefinition) (map[string]*spec.Schema, error) {
	specs := []*spec3.OpenAPI{{Version: "3.0.0", Info: &spec.Info{InfoProps: spec.InfoProps{Title: "x", Version: "v0"}}, Components: &spec3.Components{Schemas: st}}}
	for _, v := range crd.Spec.Versions {
		s, err := builder.BuildOpenAPIV3(crd, v.Name, builder.Options{})
		if err != nil {
			return nil, err
		}
		specs = append(specs, s)
	}
	m, err := builder.MergeSpecsV3(specs...)
	if err != nil {
		return nil, err
	}
	return m.Components.Schemas, nil
}

type in struct {
	ID     string            `json:"id"`
	CRD    json.RawMessage   `json:"crd"`
	Objects []json.RawMessage `json:"objects"`
}
type verdict struct {
	Create string `json:"create"`
	Apply  string `json:"apply"`
}
type out struct {
	ID      string    `json:"id"`
	CRD     string    `json:"crd"`
	Results []verdict `json:"results"`
}

func deep(o map[string]interface{}) map[string]interface{} { return runtime.DeepCopyJSON(o) }

func validate(s *structuralschema.Structural, v validation.SchemaValidator, c *cel.Validator, obj map[string]interface{}) string {
	var msgs []string
	for _, e := range validation.ValidateCustomResource(nil, obj, v) {
		msgs = append(msgs, e.Error())
	}
	for _, e := range schemaobjectmeta.Validate(context.TODO(), nil, obj, s, false) {
		msgs = append(msgs, e.Error())
	}
	for _, e := range listtype.ValidateListSetsAndMaps(nil, s, obj) {
		msgs = append(msgs, e.Error())
	}
	if len(msgs) == 0 && c != nil {
		errs, _ := c.Validate(context.TODO(), nil, s, obj, nil, celconfig.RuntimeCELCostBudget)
		for _, e := range errs {
			msgs = append(msgs, e.Error())
		}
	}
	return strings.Join(msgs, " | ")
}

func run(i in, st map[string]*spec.Schema) (o out) {
	o.ID = i.ID
	defer func() {
		if r := recover(); r != nil {
			o.CRD = fmt.Sprintf("PANIC %v", r)
		}
	}()
	obj, _, err := codecs.UniversalDeserializer().Decode(i.CRD, nil, nil)
	if err != nil {
		o.CRD = "decode: " + err.Error()
		return
	}
	crd := obj.(*apiv1.CustomResourceDefinition)
	scheme.Default(crd)
	internal := &apiextensions.CustomResourceDefinition{}
	if err := scheme.Convert(crd, internal, nil); err != nil {
		o.CRD = "convert: " + err.Error()
		return
	}
	if errs := crdvalidation.ValidateCustomResourceDefinition(context.TODO(), internal); len(errs) > 0 {
		var m []string
		for _, e := range errs {
			if !strings.Contains(e.Field, "status") {
				m = append(m, e.Error())
			}
		}
		if len(m) > 0 {
			o.CRD = strings.Join(m, " | ")
			return
		}
	}
	ms, err := models(st, crd)
	var tc managedfields.TypeConverter
	if err != nil {
		o.CRD = "models: " + err.Error()
	} else if tc, err = managedfields.NewTypeConverter(ms, false); err != nil {
		o.CRD = "typeconverter: " + err.Error()
	}
	for _, raw := range i.Objects {
		var m map[string]interface{}
		d := json.NewDecoder(bytes.NewReader(raw))
		_ = d
		u := &unstructured.Unstructured{}
		if err := u.UnmarshalJSON(raw); err != nil {
			o.Results = append(o.Results, verdict{"decode " + err.Error(), "decode " + err.Error()})
			continue
		}
		m = u.Object
		version := u.GroupVersionKind().Version
		val, err := apiextensions.GetSchemaForVersion(internal, version)
		if err != nil || val == nil || val.OpenAPIV3Schema == nil {
			o.Results = append(o.Results, verdict{"noschema", "noschema"})
			continue
		}
		s, err := structuralschema.NewStructural(val.OpenAPIV3Schema)
		if err != nil {
			o.Results = append(o.Results, verdict{"structural " + err.Error(), ""})
			continue
		}
		sv, _, err := validation.NewSchemaValidator(val.OpenAPIV3Schema)
		if err != nil {
			o.Results = append(o.Results, verdict{"validator " + err.Error(), ""})
			continue
		}
		cv := cel.NewValidator(s, true, celconfig.PerCallLimit)
		var r verdict
		// create, strict
		c := deep(m)
		om, _, unknown, err := schemaobjectmeta.GetObjectMetaWithOptions(c, schemaobjectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
		_ = om
		if err != nil {
			r.Create = "meta: " + err.Error()
		} else {
			unknown = append(unknown, structuralpruning.PruneWithOptions(c, s, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})...)
			structuraldefaulting.PruneNonNullableNullsWithoutDefaults(c, s)
			if len(unknown) > 0 {
				r.Create = "unknown field " + strings.Join(unknown, ", ")
			} else {
				structuraldefaulting.Default(c, s)
				r.Create = validate(s, sv, cv, c)
			}
		}
		// server-side apply
		a := deep(m)
		if tc == nil {
			r.Apply = "no type converter"
		} else if typed, err := tc.ObjectToTyped(&unstructured.Unstructured{Object: a}); err != nil {
			r.Apply = "smd: " + err.Error()
		} else {
			back, err := tc.TypedToObject(typed)
			if err != nil {
				r.Apply = "smd back: " + err.Error()
			} else {
				b := back.(*unstructured.Unstructured).Object
				structuraldefaulting.Default(b, s)
				r.Apply = validate(s, sv, cv, b)
			}
		}
		o.Results = append(o.Results, r)
	}
	return
}

func main() {
	install.Install(scheme)
	st := static()
	sc := bufio.NewScanner(os.Stdin)
	sc.Buffer(make([]byte, 1<<20), 1<<28)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for sc.Scan() {
		var i in
		if err := json.Unmarshal(sc.Bytes(), &i); err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		b, _ := json.Marshal(run(i, st))
		w.Write(b)
		w.WriteByte('\n')
		w.Flush()
	}
}
