// Package policy makes an API server change the new pods of one run on their way in, as managed offerings do. It turns
// the mutations of a definition into a MutatingAdmissionPolicy with its binding, for the namespaces of a prefix.
//
// The API is admissionregistration.k8s.io/v1, which is there and on from Kubernetes 1.36 on; before, the feature gate
// MutatingAdmissionPolicy is off unless somebody sets it (apiserver/pkg/features/kube_features.go).
package policy
