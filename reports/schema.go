package reports

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	phrases "golang.org/x/text/message"

	"github.com/hookcheck/hookcheck/docs"
)

// reportSchema compiles the schema of report.json, which names no other document.
var reportSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(docs.ReportSchema))
	if err != nil {
		return nil, err
	}
	const name = "report.schema.json"
	c := jsonschema.NewCompiler()
	c.AssertFormat() // a time that is none is found
	if err := c.AddResource(name, document); err != nil {
		return nil, err
	}
	return c.Compile(name)
})

// Schema compares the content of a report.json with the schema. Where the report
// is by another version of hookcheck, fields that the schema does not have are left
// open: a later one may have added them.
func (v *Verification) Schema(data []byte, ours bool) {
	v.part(ReportFile+" is what its schema says", func() bool {
		schema, err := reportSchema()
		if err != nil {
			v.open("the schema of %s: %v", ReportFile, err)
			return false
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
		if err != nil {
			v.Find(ReportFile, "not JSON: %v", err)
			return false
		}
		opened := len(v.Open)
		if invalid, ok := schema.Validate(value).(*jsonschema.ValidationError); ok {
			v.invalid(invalid, ours)
		}
		return len(v.Open) == opened
	})
}

// invalid tells of each leaf of an error: where it is, as a JSON pointer, and what.
func (v *Verification) invalid(e *jsonschema.ValidationError, ours bool) {
	for _, cause := range e.Causes {
		v.invalid(cause, ours)
	}
	if len(e.Causes) > 0 {
		return
	}
	unknown, ok := e.ErrorKind.(*kind.AdditionalProperties)
	if !ok {
		v.Find(ReportFile, "%s: %s", pointer(e.InstanceLocation), e.ErrorKind.LocalizedString(phrases.NewPrinter(language.English)))
		return
	}
	for _, name := range slices.Sorted(slices.Values(unknown.Properties)) {
		at := pointer(append(slices.Clone(e.InstanceLocation), name))
		if ours {
			v.Find(ReportFile, "%s: there is no such field", at)
		} else {
			v.open("%s: %s: a field that this hookcheck does not know", ReportFile, at)
		}
	}
}

// pointer is a JSON pointer (RFC 6901). The whole document is /, which people read
// more easily than nothing.
func pointer(path []string) string {
	var b strings.Builder
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for _, token := range path {
		fmt.Fprintf(&b, "/%s", escape.Replace(token))
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}
