package cluster

import (
	"context"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// dnsTimeout bounds the wait for a new cluster's CoreDNS, which starts within
// some seconds. Nearly everything goes without it.
const dnsTimeout = time.Minute

// awaitDNS waits until CoreDNS serves, so that the first run on a new cluster
// finds what later ones do. It is no error if it does not.
func (k *Kind) awaitDNS(ctx context.Context, config *rest.Config) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, dnsTimeout)
	defer cancel()
	for !servesDNS(limited, client) {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-limited.Done():
			k.log.line("CoreDNS is not ready after %v: names of Services do not resolve yet", dnsTimeout)
			return nil
		case <-time.After(readyPoll):
		}
	}
	return nil
}

// servesDNS tells whether the Service of the cluster's DNS has a ready endpoint.
func servesDNS(ctx context.Context, client kubernetes.Interface) bool {
	slices, err := client.DiscoveryV1().EndpointSlices(metav1.NamespaceSystem).List(ctx,
		metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=kube-dns"})
	if err != nil {
		return false
	}
	for _, s := range slices.Items {
		for _, e := range s.Endpoints {
			if e.Conditions.Ready == nil || *e.Conditions.Ready {
				return true
			}
		}
	}
	return false
}
