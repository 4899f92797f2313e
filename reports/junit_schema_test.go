package reports

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// validate asks libxml2 whether documents, by file name, are what a schema says.
// It returns what is wrong. Without xmllint the test is skipped.
func validate(t *testing.T, schema string, documents map[string]string) error {
	t.Helper()
	program, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("no xmllint on this machine: apt-get install libxml2-utils")
	}
	dir := t.TempDir()
	args := []string{"--nonet", "--noout", "--schema", "schema.xsd"}
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("schema.xsd", schema)
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		write(name, documents[name])
		args = append(args, name)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

func junitSchema(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("testdata/junit.xsd")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// documents are the junit.xml of all samples.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, report := range samples(t) {
		_, all[name+".xml"] = parseJUnit(t, report)
	}
	_, all["empty.xml"] = parseJUnit(t, Report{Outcome: Inconclusive, ExitCode: ExitInconclusive})
	return all
}

func TestJUnitSchema(t *testing.T) {
	if err := validate(t, junitSchema(t), documents(t)); err != nil {
		t.Error(err)
	}
}

// TestJUnitBeyondJenkins: without the few things that the schema marks, junit.xml is
// what the xunit plugin of Jenkins demands.
func TestJUnitBeyondJenkins(t *testing.T) {
	strict := regexp.MustCompile(`(?m)^.*<!-- \+ -->\n`).ReplaceAllString(junitSchema(t), "")
	beyond := regexp.MustCompile(`(?s)(<testsuites [^>]*?) skipped="\d+"|(<testsuites [^>]*?) timestamp="[^"]*"|(<testcase [^>]*?) file="[^"]*"( line="\d+")?|\n      <properties>.*?</properties>`)
	all := documents(t)
	if err := validate(t, strict, all); err == nil {
		t.Error("the lines that the schema marks make no difference")
	}
	for name, document := range all {
		for i := 0; i < 2; i++ { // two attributes of one element
			document = beyond.ReplaceAllString(document, "$1$2$3")
		}
		all[name] = document
	}
	if err := validate(t, strict, all); err != nil {
		t.Error(err)
	}
}

// TestJUnitSchemaRefuses: the schema can fail.
func TestJUnitSchemaRefuses(t *testing.T) {
	document := documents(t)["mixed.xml"]
	for _, c := range []struct{ name, part, by, want string }{
		{"an attribute that nobody has", `<testcase name=`, `<testcase owner="me" name=`, "'owner' is not allowed"},
		{"a count that is none", `tests="8"`, `tests="eight"`, "'eight' is not a valid value"},
		{"a negative time", ` time="9.000"`, ` time="-9.000"`, "'-9.000'"},
		{"a time without zone", `.589Z"`, `.589"`, "timestamp"},
		{"a failure that is an error too", `</failure>`, `</failure><error message="x" type="y"></error>`, "'error': This element is not expected"},
		{"an illegal character", `name="hookcheck"`, `name="hook&#1;check"`, "xmlParseCharRef"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(document, c.part) {
				t.Fatalf("the sample has no %s", c.part)
			}
			err := validate(t, junitSchema(t), map[string]string{"a.xml": strings.Replace(document, c.part, c.by, 1)})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
