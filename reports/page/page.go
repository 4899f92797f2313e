package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"path/filepath"
	"strings"

	"github.com/hookcheck/hookcheck/docs"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/reports"
)

// File is the name of the page in an artifacts directory.
const File = "index.html"

// Options say what the page gets besides a report.
type Options struct {
	// Ledger are the claims to put beside the report; nil for none.
	Ledger *requirement.Ledger
	// Samples takes from a history the durations that the report's measurements
	// are made of, by their names, in seconds; nil where only those are shown.
	Samples func(*history.History) map[string][]float64
	// Mutants says what each requirement has caught; nil where that is not shown.
	Mutants *docs.Mutants
}

// Write writes index.html into dir, where the report's histories are. It is there
// whole or not at all. A history that cannot be read costs its picture only.
func Write(dir string, report reports.Report, o Options) error {
	path := filepath.Join(dir, File)
	html, err := Render(report, o, func(name string) (*history.History, error) {
		if !filepath.IsLocal(name) {
			return nil, fmt.Errorf("history %q is not below the report's directory", name)
		}
		return history.Load(filepath.Join(dir, name))
	})
	if err == nil {
		err = reports.WriteFile(path, html)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

var (
	//go:embed page.css
	css string
	//go:embed page.js
	js string
	//go:embed page.html.tmpl
	layout string
)

var pageTemplate = template.Must(template.New(File).Funcs(template.FuncMap{
	"class": verdictClass, "duration": duration,
}).Parse(layout))

// Render makes the page. load reads a history by the path that a result names.
func Render(report reports.Report, o Options, load func(path string) (*history.History, error)) ([]byte, error) {
	var b strings.Builder
	v := newView(report, o, load)
	v.CSS, v.JS = embedded(css, js)
	v.Policy = fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", hash(css), hash(js))
	if err := pageTemplate.Execute(&b, v); err != nil {
		return nil, err
	}
	return []byte(clean(b.String())), nil
}

// hash allows an element with exactly this content.
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
