package main

import (
	"testing"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/binaries"
	"github.com/hookcheck/hookcheck/hack/internal/nodeimage"
	"github.com/hookcheck/hookcheck/hack/mutants/catalogue"
)

// TestAnchors finds definitions that are wrong, or that no longer fit the sources of the version that is tested by
// default. It needs their modules, which the node image is built from too.
func TestAnchors(t *testing.T) {
	definitions, err := mutant.Load(catalogue.FS)
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		t.Skip("-short: the anchors need the sources of Kubernetes, which may have to be downloaded")
	}
	if err := binaries.Check(t.Context(), nodeimage.DefaultVersion, definitions); err != nil {
		t.Error(err)
	}
}
