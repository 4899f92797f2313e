package requirement_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// good is a catalogue entry without a fault; the tables below break one line
// of it at a time.
const good = `- id: prestop.before-term
  level: MUST
  profile: core
  sentence: The stop signal is sent only after the hook has ended.
  source:
    - https://kubernetes.io/docs/
`

// deviating is a deviation for the end of good, with one more line.
func deviating(line string) string {
	text := "  deviation:\n    documented: It ends.\n    actual: It goes on.\n    judged: actual\n    issue: https://x.example/1\n"
	if line != "" {
		text += "  " + line + "\n"
	}
	return text
}

// catalogueOf returns a file system whose catalogue consists of the given
// files, by their base name.
func catalogueOf(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys["catalogue/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func mustLoad(t *testing.T) *requirement.Catalogue {
	t.Helper()
	c, err := requirement.Load()
	if err != nil {
		t.Fatalf("the embedded catalogue does not load:\n%v", err)
	}
	return c
}

func TestEmbeddedCatalogue(t *testing.T) {
	all := mustLoad(t).All()
	if len(all) == 0 {
		t.Fatal("the embedded catalogue holds no requirement")
	}

	sentences := map[string]string{}
	for _, r := range all {
		t.Run(r.ID, func(t *testing.T) {
			if r.Area == "" {
				t.Error("no area")
			}
			if other, twice := sentences[r.Sentence]; twice {
				t.Errorf("the same sentence as %s: %s", other, r.Sentence)
			}
			sentences[r.Sentence] = r.ID
			for _, s := range []string{r.Sentence, r.Note} {
				if s != strings.TrimSpace(s) || strings.ContainsAny(s, "\n\t") || strings.Contains(s, "  ") {
					t.Errorf("text is not one line with single spaces: %q", s)
				}
			}
			if r.Note != "" && !strings.HasSuffix(r.Note, ".") {
				t.Errorf("the note does not end in a period: %q", r.Note)
			}
			if len(slices.Compact(slices.Sorted(slices.Values(r.Needs)))) != len(r.Needs) {
				t.Errorf("a need is there twice: %v", r.Needs)
			}
		})
	}
}

// TestEmbeddedSources holds every source to one of two forms, so that reports
// can make links of them, and to an order: what is documented comes first.
func TestEmbeddedSources(t *testing.T) {
	const documentation = "https://kubernetes.io/docs/"
	var (
		page = regexp.MustCompile(`^https://(kubernetes\.io/docs/|github\.com/kubernetes/)\S+$`)
		code = regexp.MustCompile(`^(pkg|staging/src/k8s\.io|test)/\S+\.go \([^()]+\)$`)
	)
	for _, r := range mustLoad(t).All() {
		t.Run(r.ID, func(t *testing.T) {
			documented := 0
			for i, s := range r.Source {
				if !page.MatchString(s) && !code.MatchString(s) {
					t.Errorf("source %q is neither a Kubernetes page nor of the form path.go (name)", s)
				}
				if slices.Contains(r.Source[:i], s) {
					t.Errorf("source %q is there twice", s)
				}
				if strings.HasPrefix(s, documentation) {
					if documented < i {
						t.Errorf("documentation %q stands after %q", s, r.Source[i-1])
					}
					documented++
				}
			}
			// A field's comment in the API types, and a KEP, document as well.
			written := func(s string) bool {
				return strings.HasPrefix(s, documentation) ||
					strings.Contains(s, "/types.go (") ||
					strings.HasPrefix(s, "https://github.com/kubernetes/enhancements/")
			}
			if r.Level != requirement.Observed && !slices.ContainsFunc(r.Source, written) {
				t.Errorf("level %s, but no source documents it: %v", r.Level, r.Source)
			}
		})
	}
}

func TestLoadFSReadsEveryField(t *testing.T) {
	c, err := requirement.LoadFS(catalogueOf(map[string]string{"prestop.yaml": `
- id: prestop.full
  level: MUST NOT
  profile: extended
  sentence: >-
    A sentence over
    two lines is one.
  source: [https://kubernetes.io/docs/, "pkg/kubelet/x.go (f)"]
  note: Why it is so.
  since: "1.31"
  until: "1.40"
  elsewhere: Another behaviour.
  gate: SomeGate
  deviation: {documented: One thing., actual: Another., judged: documented, sometimes: true, since: "1.33", until: "1.36", issue: none}
  untestable: Nobody sees it.
  needs: [pods/exec, pods/eviction, services, hostpath]
`}))
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Get("prestop.full")
	if err != nil {
		t.Fatal(err)
	}
	want := requirement.Requirement{
		ID: "prestop.full", Area: "prestop", Level: requirement.MustNot, Profile: requirement.Extended,
		Sentence: "A sentence over two lines is one.",
		Source:   []string{"https://kubernetes.io/docs/", "pkg/kubelet/x.go (f)"},
		Note:     "Why it is so.", Since: "1.31", Until: "1.40", Elsewhere: "Another behaviour.", Gate: "SomeGate",
		Deviation: &requirement.Deviation{Documented: "One thing.", Actual: "Another.", Judged: requirement.JudgedDocumented,
			Sometimes: true, Since: "1.33", Until: "1.36", Issue: "none"},
		Untestable: "Nobody sees it.",
		Needs: []requirement.Need{
			requirement.NeedExec, requirement.NeedEviction, requirement.NeedServices, requirement.NeedHostPath,
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
}

func TestAllKeepsTheOrderOfTheFiles(t *testing.T) {
	entry := func(id string) string { return strings.Replace(good, "prestop.before-term", id, 1) }
	c, err := requirement.LoadFS(catalogueOf(map[string]string{
		"b.yaml": entry("b.z") + entry("b.a"),
		"a.yaml": entry("a.m"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range c.All() {
		got = append(got, r.Area+"/"+r.ID)
	}
	if want := []string{"a/a.m", "b/b.z", "b/b.a"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestLoadFSErrors reaches every error of the catalogue by one fault in an
// otherwise good entry.
func TestLoadFSErrors(t *testing.T) {
	replace := func(old, new string) string {
		if !strings.Contains(good, old) {
			panic("good has no " + old)
		}
		return strings.Replace(good, old, new, 1)
	}
	without := func(line string) string { return replace(line+"\n", "") }
	source := "  source:\n    - https://kubernetes.io/docs/\n"

	for _, test := range []struct {
		name string
		text string
		want []string // every one must be in the error
	}{
		{"unknown field", good + "  setnence: A typo in a field.\n", []string{`unknown field "setnence"`}},
		{"field twice", good + "  level: SHOULD\n", []string{`"level" already set`}},
		{"not YAML", "- id: [\n", []string{"yaml"}},
		{"not a list", "id: prestop.before-term\n", []string{"cannot unmarshal object"}},
		{"id twice", good + good, []string{"prestop.before-term: the id is there twice"}},
		{"no id", replace("id: prestop.before-term", `id: ""`), []string{`id "" is not of the form area.words`}},
		{"id without a dot", replace("prestop.before-term", "prestop"), []string{`id "prestop" is not of the form`}},
		{"id with capitals", replace("before-term", "beforeTerm"), []string{`id "prestop.beforeTerm" is not of the form`}},
		{"id with an empty word", replace("before-term", "before..term"), []string{`is not of the form area.words`}},
		{"bad level", replace("MUST", "must"), []string{`level "must" is none of MUST, MUST NOT, SHOULD, MAY, OBSERVED`}},
		{"no level", without("  level: MUST"), []string{`level "" is none of`}},
		{"bad profile", replace("core", "basic"), []string{`profile "basic" is none of [core extended node]`}},
		{"no profile", without("  profile: core"), []string{`profile "" is none of`}},
		{"sentence without a period", replace("ended.", "ended"), []string{`has ended" is not a sentence`}},
		{"sentence of three words", replace("The stop signal is sent only after the hook has ended.", "The hook runs."), []string{`sentence "The hook runs." is not a sentence`}},
		{"no source", replace(source, ""), []string{"no source"}},
		{"empty list of sources", replace(source, "  source: []\n"), []string{"no source"}},
		{"empty source", good + "    - \" \"\n", []string{"an empty source"}},
		{"bad since", good + "  since: v1.33\n", []string{`version "v1.33" is not a minor such as 1.33`}},
		{"since with a patch", good + "  since: 1.33.2\n", []string{`version "1.33.2" is not a minor`}},
		{"bad until", good + "  until: latest\n", []string{`version "latest" is not a minor`}},
		{"bad need", good + "  needs: [pods/log]\n", []string{`need "pods/log" is none of`, "pods/exec", "pods/eviction", "services", "hostpath"}},
		{"bad version of a deviation", good + deviating("  until: next"), []string{`version "next" is not a minor`}},
		{"deviation without an issue", good + strings.Replace(deviating(""), "    issue: https://x.example/1\n", "", 1), []string{"a deviation says what is documented, what is actual, and the issue"}},
		{"deviation judged by neither", good + strings.Replace(deviating(""), "judged: actual", "judged: both", 1), []string{`judged "both" is neither documented nor actual`}},
		{"elsewhere without a limit", good + "  elsewhere: Nothing happens.\n", []string{"there is no elsewhere"}},
		{"area given", good + "  area: prestop\n", []string{"area is set from the file's name; remove it"}},
		{
			"two faults in one entry",
			replace("MUST", "MIGHT") + "  since: next\n",
			[]string{`level "MIGHT"`, `version "next"`},
		},
		{
			"faults in two entries",
			replace("MUST", "MIGHT") + strings.Replace(replace("core", "basic"), "before-term", "once", 1),
			[]string{`prestop.before-term: level "MIGHT"`, `prestop.once: profile "basic"`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := requirement.LoadFS(catalogueOf(map[string]string{"prestop.yaml": test.text}))
			if err == nil {
				t.Fatalf("no error; want one with %q", test.want)
			}
			if c != nil {
				t.Error("a catalogue was returned beside the error")
			}
			for _, want := range append([]string{"catalogue/prestop.yaml: "}, test.want...) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestLoadFSNamesEveryFile(t *testing.T) {
	_, err := requirement.LoadFS(catalogueOf(map[string]string{
		"grace.yaml":     "- id: [\n",
		"poststart.yaml": good,
		"prestop.yaml":   good, // the id of poststart.yaml again
		"status.yaml":    strings.Replace(strings.Replace(good, "before-term", "other", 1), "MUST", "MIGHT", 1),
	}))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"catalogue/grace.yaml: ",
		"catalogue/prestop.yaml: prestop.before-term: the id is there twice",
		"catalogue/status.yaml: requirement prestop.other: ",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "poststart.yaml") {
		t.Errorf("the error names a file without a fault:\n%v", err)
	}
}

func TestLoadFSWithoutFiles(t *testing.T) {
	for name, fsys := range map[string]fstest.MapFS{
		"nothing":        {},
		"another folder": {"requirements/prestop.yaml": {Data: []byte(good)}},
		"another ending": {"catalogue/prestop.yml": {Data: []byte(good)}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := requirement.LoadFS(fsys); err == nil || !strings.Contains(err.Error(), "the catalogue is empty") {
				t.Errorf("got error %v, want one that says the catalogue is empty", err)
			}
		})
	}
}

func TestGet(t *testing.T) {
	c, err := requirement.LoadFS(catalogueOf(map[string]string{"prestop.yaml": good}))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := c.Get("prestop.before-term"); err != nil || r.ID != "prestop.before-term" {
		t.Errorf("got %q and error %v", r.ID, err)
	}
	_, err = c.Get("prestop.befor-term")
	if want := `unknown requirement "prestop.befor-term"; did you mean "prestop.before-term"?`; err == nil || err.Error() != want {
		t.Errorf("got error  %v\nwant error %s", err, want)
	}
}

func TestSuggest(t *testing.T) {
	few := []string{"poststart.async", "prestop.before-term", "prestop.once"}
	var many []string
	for i := range 9 {
		many = append(many, fmt.Sprintf("requirement-number-%d", i))
	}
	for _, test := range []struct {
		name, given string
		known       []string
		want        string
	}{
		{"typo", "prestop.onec", few, `; did you mean "prestop.once"?`},
		{"letter missing", "poststart.asyn", few, `; did you mean "poststart.async"?`},
		{"substring", "before-term", few, `; did you mean "prestop.before-term"?`},
		{"substring before a nearer typo", "once", []string{"ones", "prestop.once"}, `; did you mean "prestop.once"?`},
		{"short names are no substrings", "pre", few, "; known are poststart.async, prestop.before-term, prestop.once"},
		{"nearest of several", "prestop.twice", []string{"prestop.trice", "prestop.once"}, `; did you mean "prestop.trice"?`},
		{"nothing near, few known", "zzzz", few, "; known are poststart.async, prestop.before-term, prestop.once"},
		{"nothing near, many known", "zzzz", many, ""},
		{"nothing known", "prestop.once", nil, ""},
		{"empty name", "", many, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := requirement.Suggest(test.given, test.known); got != test.want {
				t.Errorf("Suggest(%q) = %q, want %q", test.given, got, test.want)
			}
		})
	}
}

// FuzzLoad feeds arbitrary bytes as one file: whatever they are, the answer is
// an error or a catalogue whose every requirement is valid and can be found.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(good + good))
	f.Add([]byte("- id: [\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("[null, {}]"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := requirement.LoadFS(catalogueOf(map[string]string{"prestop.yaml": string(data)}))
		if err != nil {
			if c != nil {
				t.Error("a catalogue was returned beside the error")
			}
			return
		}
		for _, r := range c.All() {
			if err := r.Validate(); err != nil {
				t.Errorf("loaded, but not valid: %v", err)
			}
			if r.Area != "prestop" {
				t.Errorf("%s: area %q, want that of the file", r.ID, r.Area)
			}
			if got, err := c.Get(r.ID); err != nil || got.ID != r.ID {
				t.Errorf("All has %s, Get answers %q and %v", r.ID, got.ID, err)
			}
		}
	})
}
