package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/hookcheck/hookcheck/framework/history"
)

// AwaitEndpointsWithout reads the Endpoints object of a Service until it lists a
// pod no more, and at most so long; then it notes what is there: note
// "endpoints", whose pod is the Service, with the fields ready and notReady, each
// the names of pods. Objects of that kind are not watched: there are many of
// them in a cluster, and one requirement.
func AwaitEndpointsWithout(service, pod string, within time.Duration) Step {
	return Step{Text: "await Endpoints of " + service + " without " + pod, Kubectl: kubectl("get", "endpoints", service, "--watch") + " &", Do: func(ctx context.Context, x *Execution) error {
		end := x.Recording.Step("await Endpoints", "", map[string]string{"service": service, "within": within.String()})
		err := x.readEndpoints(ctx, service, pod, within)
		end(err)
		if err != nil {
			return fmt.Errorf("read the Endpoints of %s: %w", service, err)
		}
		return nil
	}}
}

func (x *Execution) readEndpoints(ctx context.Context, service, pod string, within time.Duration) error {
	const pause = 200 * time.Millisecond
	config := rest.CopyConfig(x.Config)
	config.WarningHandler, config.WarningHandlerWithContext = rest.NoWarnings{}, nil // that Endpoints are deprecated
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(within); ; {
		e, err := client.CoreV1().Endpoints(x.Namespace).Get(ctx, service, metav1.GetOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return err
		}
		fields := map[string]string{}
		if err != nil {
			fields["absent"] = "true"
		} else {
			fields["ready"], fields["notReady"] = podsIn(e)
		}
		listed := slices.Contains(strings.Split(fields["ready"]+","+fields["notReady"], ","), pod)
		if !listed || !time.Now().Before(deadline) {
			x.Recording.Note(history.NoteEndpoints, service, "", fields)
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// podsIn returns the names of the pods that are listed as ready and as not.
func podsIn(e *corev1.Endpoints) (ready, notReady string) { //nolint:staticcheck // deprecated since 1.33, and still what a requirement is about
	names := func(addresses []corev1.EndpointAddress) []string { //nolint:staticcheck // deprecated since 1.33, and still what a requirement is about
		var all []string
		for _, a := range addresses {
			if a.TargetRef != nil {
				all = append(all, a.TargetRef.Name)
			}
		}
		return all
	}
	var yes, no []string
	for _, s := range e.Subsets {
		yes, no = append(yes, names(s.Addresses)...), append(no, names(s.NotReadyAddresses)...)
	}
	slices.Sort(yes)
	slices.Sort(no)
	return strings.Join(yes, ","), strings.Join(no, ",")
}
