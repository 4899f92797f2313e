package cluster

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// errNotKubernetes is an answer that no API server gives.
var errNotKubernetes = errors.New("the answer is not that of a Kubernetes API server")

// explain says in few words why a request failed that had the given time limit.
func explain(err error, limit time.Duration) string {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case apierrors.IsUnauthorized(err):
		return "it does not accept the credentials (401 Unauthorized)"
	case apierrors.IsForbidden(err):
		return fmt.Sprintf("it accepts the connection but allows nothing: %v", err)
	case isCertificateError(err):
		return fmt.Sprintf("its certificate is not accepted: %v", innermost(err))
	case errors.As(err, &dns):
		return fmt.Sprintf("its name %s is not known", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused)"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("no answer within %v", limit)
	}
	return innermost(err).Error()
}

// remedy says what to do about an error of a first request.
func remedy(err error) string {
	switch {
	case apierrors.IsUnauthorized(err):
		return "renew them (log in again, or fetch the kubeconfig anew)"
	case apierrors.IsForbidden(err):
		return "use credentials that may at least ask who they are (cluster role system:basic-user)"
	case isCertificateError(err):
		return "fetch the kubeconfig anew; its certificate authority may be that of another or an older cluster"
	case errors.Is(err, context.Canceled):
		return "run it again"
	case strings.Contains(err.Error(), "exec plugin") || strings.Contains(err.Error(), "getting credentials"):
		return "make the kubeconfig's credential plugin work (try: kubectl version)"
	case errors.Is(err, errNotKubernetes):
		return "correct the server's URL in the kubeconfig"
	}
	return "see that the cluster runs and can be reached from here (try: kubectl version), or choose another with --context"
}

func isCertificateError(err error) bool {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid)
}

// innermost drops the request's method and URL, which messages name already.
func innermost(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}
