package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hookcheck/hookcheck/docs"
	"github.com/hookcheck/hookcheck/framework/requirement"
)

const schemaPath = "../docs/report.schema.json"

// TestSchemaIsOfTheType: the committed schema is what follows from the Go types and
// their comments. It has each of their fields and no other.
func TestSchemaIsOfTheType(t *testing.T) {
	got := reportSchemaOf(t)
	if *update {
		if err := os.WriteFile(schemaPath, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if docs.ReportSchema != string(got) {
		t.Errorf("docs/report.schema.json is not that of the type Report: go test ./reports -update\n%s", got)
	}
}

// reportSchemaOf makes the schema of [Report].
func reportSchemaOf(t *testing.T) []byte {
	t.Helper()
	w := schemaWriter{t: t, comments: comments(t, ".", "../framework/requirement", "../framework/rewrite"), defs: object{}, open: map[reflect.Type]bool{}}
	w.of(reflect.TypeFor[Report]())
	root := w.defs["Report"].(ordered)
	delete(w.defs, "Report")
	data, err := json.MarshalIndent(append(ordered{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", "urn:hookcheck:report:v1"},
		{"title", "report.json of hookcheck, " + APIVersion},
	}, append(root, member{"$defs", w.defs})...), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

type schemaWriter struct {
	t        *testing.T
	comments map[string]string // of types by Type, of fields by Type.Field
	defs     object
	open     map[reflect.Type]bool
}

type object map[string]any

// ordered is an object that is written in the order of its members.
type ordered []member

type member struct {
	name  string
	value any
}

func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, m := range o {
		var value bytes.Buffer
		encoder := json.NewEncoder(&value)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(m.value); err != nil {
			return nil, err
		}
		separator := byte(',')
		if i == 0 {
			separator = '{'
		}
		fmt.Fprintf(&b, "%c%q:%s", separator, m.name, value.Bytes())
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// words are the values of the types that have few.
var words = map[reflect.Type]any{
	reflect.TypeFor[requirement.Verdict](): requirement.Verdicts,
	reflect.TypeFor[requirement.Level]():   requirement.Levels,
	reflect.TypeFor[Outcome]():             Outcomes,
}

// of is the schema of a type, which is a reference for a struct.
func (w *schemaWriter) of(t reflect.Type) ordered {
	if values, ok := words[t]; ok {
		return ordered{{"type", "string"}, {"enum", values}}
	}
	if t == reflect.TypeFor[time.Time]() {
		return ordered{{"type", "string"}, {"format", "date-time"}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return w.of(t.Elem())
	case reflect.String:
		return ordered{{"type", "string"}}
	case reflect.Bool:
		return ordered{{"type", "boolean"}}
	case reflect.Int, reflect.Int64:
		return ordered{{"type", "integer"}}
	case reflect.Float64:
		return ordered{{"type", "number"}}
	case reflect.Slice:
		return ordered{{"type", "array"}, {"items", w.of(t.Elem())}}
	case reflect.Map:
		return ordered{{"type", "object"}, {"additionalProperties", w.of(t.Elem())}}
	case reflect.Struct:
		w.define(t)
		return ordered{{"$ref", "#/$defs/" + t.Name()}}
	}
	w.t.Fatalf("no schema for %s", t)
	return nil
}

// define adds a struct to the definitions.
func (w *schemaWriter) define(t reflect.Type) {
	if w.open[t] {
		return
	}
	w.open[t] = true
	var properties ordered
	required := []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			continue // its fields come next
		}
		owner := t
		if len(f.Index) > 1 {
			owner = t.FieldByIndex(f.Index[:len(f.Index)-1]).Type
		}
		description := w.comments[owner.Name()+"."+f.Name]
		if name == "" || name == "-" || description == "" {
			w.t.Errorf("%s.%s: JSON name %q, comment %q: it needs both", owner.Name(), f.Name, name, description)
		}
		of := w.of(f.Type)
		if owner.Name() == "Report" && name == "apiVersion" {
			of = ordered{{"const", APIVersion}}
		}
		properties = append(properties, member{name, append(ordered{{"description", description}}, of...)})
		if !strings.Contains(options, "omitempty") {
			required = append(required, name)
		}
	}
	if _, twice := w.defs[t.Name()]; twice {
		w.t.Errorf("two types are called %s", t.Name())
	}
	w.defs[t.Name()] = ordered{{"description", w.comments[t.Name()]}, {"type", "object"},
		{"properties", properties}, {"required", required}, {"additionalProperties", false}}
}

// comments are those of the types and fields of some packages, in one line each. A
// field without one has that of the fields above it where it is named there.
func comments(t *testing.T, dirs ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, dir := range dirs {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				declaration, ok := n.(*ast.GenDecl)
				if !ok {
					return true
				}
				for _, spec := range declaration.Specs {
					if of, ok := spec.(*ast.TypeSpec); ok {
						ofType(all, of, declaration.Doc)
					}
				}
				return true
			})
		}
	}
	return all
}

func ofType(all map[string]string, of *ast.TypeSpec, doc *ast.CommentGroup) {
	structure, ok := of.Type.(*ast.StructType)
	if !ok {
		return
	}
	all[of.Name.Name] = oneLine(doc.Text())
	above := ""
	for _, field := range structure.Fields.List {
		if field.Doc != nil {
			above = oneLine(field.Doc.Text())
		}
		for _, name := range field.Names {
			if field.Doc != nil || regexp.MustCompile(`\b`+name.Name+`\b`).MatchString(above) {
				all[of.Name.Name+"."+name.Name] = above
			}
		}
	}
}

// schemaFindings are what the schema finds in a value.
func schemaFindings(t *testing.T, data []byte, ours bool) (found, open []string) {
	t.Helper()
	if *update {
		t.Skip("this binary still has the schema from before")
	}
	v := &Verification{}
	v.Schema(data, ours)
	for _, f := range v.Findings {
		found = append(found, f.String())
	}
	if (len(v.Agreed) == 1) != (len(found)+len(v.Open) == 0) {
		t.Errorf("agrees: %q, found: %q, open: %q", v.Agreed, found, v.Open)
	}
	return found, v.Open
}

// TestSchemaTakes: every sample is valid, and so is a report with nothing in it.
func TestSchemaTakes(t *testing.T) {
	all := samples(t)
	empty, err := New(Meta{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	all["empty"] = empty
	for name, report := range all {
		data, err := encode(report)
		if err != nil {
			t.Fatal(err)
		}
		if found, open := schemaFindings(t, data, true); len(found)+len(open) > 0 {
			t.Errorf("%s: %q %q", name, found, open)
		}
	}
}

// TestSchemaRefuses: what a type, a field or a word should not be is named with its
// place.
func TestSchemaRefuses(t *testing.T) {
	data, err := fs.ReadFile(os.DirFS("testdata"), "mixed.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, part, by, want string }{
		{"a number as text", `"selected": 8`, `"selected": "8"`, "report.json: /catalogue/selected: got string, want integer"},
		{"a verdict that is none", `"verdict": "non-conformant"`, `"verdict": "passed"`, "report.json: /results/2/verdict: value must be one of"},
		{"an unknown field", `"summary": {`, `"summary": {"waived": 3,`, "report.json: /summary/waived: there is no such field"},
		{"an unknown field with a slash", `"apiVersion"`, `"a/b~": 1, "apiVersion"`, "report.json: /a~1b~0: there is no such field"},
		{"a missing field", `"exitCode": 1,`, ``, "report.json: /: missing property 'exitCode'"},
		{"another version", `report/v1"`, `report/v2"`, "report.json: /apiVersion: value must be 'hookcheck.dev/report/v1'"},
		{"a time that is none", `"started": "2026`, `"started": "26`, "report.json: /run/started: '26-"},
		{"a list as null", `"source": [`, `"source": null, "sources": [`, "report.json: /results/0/source: got null, want array"},
		{"no JSON", `{`, ``, "report.json: not JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(string(data), c.part) {
				t.Fatalf("the sample has no %s", c.part)
			}
			found, _ := schemaFindings(t, []byte(strings.Replace(string(data), c.part, c.by, 1)), true)
			if !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, c.want) }) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}

// TestSchemaOfALaterVersion: a field of a later version is no forgery; a wrong type is.
func TestSchemaOfALaterVersion(t *testing.T) {
	found, open := schemaFindings(t, []byte(`{"apiVersion":"hookcheck.dev/report/v1","later":1,"outcome":3}`), false)
	if want := "report.json: /later: a field that this hookcheck does not know"; !slices.Contains(open, want) {
		t.Errorf("open: %q, want %q", open, want)
	}
	if !slices.Contains(found, "report.json: /outcome: got number, want string") {
		t.Errorf("found: %q", found)
	}
}
