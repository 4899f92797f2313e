package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/spf13/cobra"

	"github.com/hookcheck/hookcheck/fixtures"
)

// archives returns the image archives beside the binary.
func archives() ([]fixtures.Archive, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return fixtures.Archives(filepath.Join(filepath.Dir(self), fixtures.ArchiveDir))
}

func newImagesCommand(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "images",
		Short: "List the images that fixtures need, or push them to a registry",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newImagesListCommand(s), newImagesPushCommand(s))
	return cmd
}

func newImagesListCommand(s streams) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the images that fixtures need",
		Example: `  hookcheck images list
  hookcheck images list -o json | jq -r '.[].built // empty'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			listed, err := listImages()
			if err != nil {
				return err
			}
			return writeAs(s.out, output, listed, func(w io.Writer) error { return imagesTable(w, listed) })
		},
	}
	outputFlag(cmd, &output)
	return cmd
}

// An imageListing is a line of `hookcheck images list`.
type imageListing struct {
	Name string `json:"name"`
	// Reference is what manifests name; Built what an archive beside the binary
	// holds, empty without one.
	Reference string `json:"reference"`
	Built     string `json:"built,omitempty"`
	About     string `json:"about"`
}

func listImages() ([]imageListing, error) {
	images, err := fixtures.Images()
	if err != nil {
		return nil, err
	}
	built, err := archives()
	if err != nil {
		return nil, err
	}
	reference := map[string]string{}
	for _, a := range built {
		reference[a.Image.Name] = a.Reference
	}
	var listed []imageListing
	for _, i := range images {
		listed = append(listed, imageListing{Name: i.Name, Reference: i.Reference, Built: reference[i.Name], About: i.About})
	}
	return listed, nil
}

func imagesTable(out io.Writer, listed []imageListing) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tIN MANIFESTS\tBUILT\tABOUT")
	for _, i := range listed {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", i.Name, i.Reference, cmp.Or(i.Built, "-"), i.About)
	}
	return w.Flush()
}

func newImagesPushCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "push REPOSITORY",
		Short: "Push the images that were built to a registry",
		Long: `Push the images that were built (make images) to REPOSITORY/<name>:<tag>, and print
the --image flags with which a run uses them. Credentials are Docker's.`,
		Example: `  hookcheck images push registry.example/hookcheck`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			built, err := archives()
			if err != nil {
				return err
			}
			if len(built) == 0 {
				return usage("no image archives beside the binary: build them with `make images`")
			}
			for _, a := range built {
				from, err := name.NewTag(a.Reference)
				if err != nil {
					return err
				}
				to, err := name.NewTag(fmt.Sprintf("%s/%s:%s", args[0], a.Image.Name, from.TagStr()))
				if err != nil {
					return usage("%w", err)
				}
				image, err := tarball.ImageFromPath(a.Path, &from)
				if err != nil {
					return fmt.Errorf("read %s: %w", a.Path, err)
				}
				if err := remote.Write(to, image, remote.WithContext(cmd.Context()), remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
					return fmt.Errorf("push %s: %w", to, err)
				}
				fmt.Fprintf(s.out, "--image %s=%s\n", a.Image.Name, to)
			}
			return nil
		},
	}
}
