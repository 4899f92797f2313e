package suites

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/scenario"
)

// Suite file, manifest and scenario have one name; a reader goes from one to the
// other without searching. Objects are called after their scenario, so that no
// two share a name in the one namespace of a run.
func TestNames(t *testing.T) {
	var names []string
	owner := map[string]string{}
	for _, s := range scenario.All() {
		names = append(names, s.Name)
		if _, err := os.Stat(s.Name + ".go"); err != nil {
			t.Errorf("scenario %s stands in another file: %v", s.Name, err)
		}
		objects, err := scenario.ReadFixture(s.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		stem := strings.ReplaceAll(path.Base(s.Name), "_", "-")
		for _, o := range objects {
			if !strings.HasPrefix(o.GetName(), stem) {
				t.Errorf("%s: %s %s is not called %s…", s.Name, o.GetKind(), o.GetName(), stem)
			}
			key := o.GetKind() + " " + o.GetName()
			if owner[key] != "" {
				t.Errorf("%s is in %s and in %s", key, owner[key], s.Name)
			}
			owner[key] = s.Name
		}
	}
	manifests := os.DirFS(filepath.Join("..", "fixtures", "manifests"))
	err := fs.WalkDir(manifests, ".", func(file string, _ fs.DirEntry, err error) error {
		name, isManifest := strings.CutSuffix(file, ".yaml")
		if isManifest && name != "preflight" && !slices.Contains(names, name) {
			t.Errorf("fixtures/manifests/%s belongs to no scenario", file)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Every suite proves its checks on good and bad histories (package scenariotest),
// which demands both of each of its checks.
func TestEverySuiteProvesItsChecks(t *testing.T) {
	checks := 0
	areas := map[string]bool{}
	for _, s := range scenario.All() {
		areas[s.Area()] = true
		checks += len(s.Checks)
	}
	for area := range areas {
		file := filepath.Join(area, area+"_test.go")
		source, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(string(source), `Run(t, "`+area+`", Bad{`) {
			t.Errorf("%s does not prove the checks of its suite: scenariotest.Run is missing", file)
		}
	}
	t.Logf("%d checks in %d suites", checks, len(areas))
}

// What a scenario needs, each of its requirements lists, or a right that is
// missing would make it inconclusive.
func TestNeeds(t *testing.T) {
	if err := scenario.ValidateNeeds(scenario.All()); err != nil {
		t.Error(err)
	}
}
