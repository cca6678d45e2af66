// One process that is the official kube-apiserver with an embedded etcd and, when asked, the two controllers without which a
// deletion never ends: namespaces and garbage collection. Every flag of kube-apiserver is accepted; ours are --data,
// --controllers, --gc-sync and --end-with-stdin. It serves tests only: etcd does not wait for the disk.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/embed"
	corev1 "k8s.io/api/core/v1"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/component-base/version"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/namespace"
)

const (
	workers      = 5
	etcdPatience = 30 * time.Second
)

type settings struct {
	data         string
	controllers  bool
	gcSync       time.Duration
	endWithStdin bool
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx := genericapiserver.SetupSignalContext()
	server := options.NewServerRunOptions()
	own, err := parse(server)
	if err != nil || own == nil {
		return err
	}
	if own.endWithStdin {
		go endWithStdin()
	}
	etcd, endpoint, err := startEtcd(own.data)
	if err != nil {
		return err
	}
	defer etcd.Close()
	server.Etcd.StorageConfig.Transport.ServerList = []string{endpoint}
	return serve(ctx, server, own)
}

// parse returns nil settings when only the version was asked for.
func parse(server *options.ServerRunOptions) (*settings, error) {
	own := &settings{}
	flags := pflag.NewFlagSet("oracle", pflag.ContinueOnError)
	for _, set := range server.Flags().FlagSets {
		flags.AddFlagSet(set)
	}
	flags.StringVar(&own.data, "data", "", "folder of etcd's data; short, it also holds a unix socket")
	flags.BoolVar(&own.controllers, "controllers", false, "run the namespace controller and the garbage collector")
	flags.DurationVar(&own.gcSync, "gc-sync", time.Second, "how soon the garbage collector learns of a new kind")
	flags.BoolVar(&own.endWithStdin, "end-with-stdin", false, "end when standard input does, so never outlive who holds it")
	onlyVersion := flags.Bool("version", false, "print the version and end")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return nil, err
	}
	if *onlyVersion {
		fmt.Println(version.Get().GitVersion)
		return nil, nil
	}
	if !filepath.IsAbs(own.data) {
		return nil, fmt.Errorf("--data: %q is not an absolute path", own.data)
	}
	return own, nil
}

func endWithStdin() {
	// Whatever ends the reading ends the server too.
	_, _ = io.Copy(io.Discard, os.Stdin)
	genericapiserver.RequestShutdown()
}

func startEtcd(folder string) (*embed.Etcd, string, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, "", err
	}
	socket := filepath.Join(folder, "etcd.sock")
	unix := func(path string) []url.URL { return []url.URL{{Scheme: "unix", Path: path}} }
	// etcd insists on host and port here; a single member never dials them.
	never := []url.URL{{Scheme: "http", Host: "127.0.0.1:1"}}

	config := embed.NewConfig()
	config.Dir = filepath.Join(folder, "etcd")
	config.ListenClientUrls, config.AdvertiseClientUrls = unix(socket), never
	config.ListenPeerUrls, config.AdvertisePeerUrls = unix(socket+".peer"), never
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.LogLevel = "error"
	config.UnsafeNoFsync = true

	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, "", fmt.Errorf("cannot start etcd: %w", err)
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, "unix://" + socket, nil
	case <-time.After(etcdPatience):
		etcd.Close()
		return nil, "", errors.New("cannot start etcd: not ready in time")
	}
}

func serve(ctx context.Context, server *options.ServerRunOptions, own *settings) error {
	if err := server.GenericServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return err
	}
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	completed, err := server.Complete(ctx)
	if err != nil {
		return err
	}
	if errs := completed.Validate(); len(errs) != 0 {
		return errors.Join(errs...)
	}
	config, err := app.NewConfig(completed)
	if err != nil {
		return err
	}
	full, err := config.Complete()
	if err != nil {
		return err
	}
	chain, err := app.CreateServerChain(full)
	if err != nil {
		return err
	}
	if own.controllers {
		hook := func(started genericapiserver.PostStartHookContext) error {
			return startControllers(started, own.gcSync)
		}
		if err := chain.GenericAPIServer.AddPostStartHook("oracle-controllers", hook); err != nil {
			return err
		}
	}
	prepared, err := chain.PrepareRun()
	if err != nil {
		return err
	}
	return prepared.Run(ctx)
}

func startControllers(started genericapiserver.PostStartHookContext, gcSync time.Duration) error {
	config := rest.CopyConfig(started.LoopbackClientConfig)
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	meta, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	typed := informers.NewSharedInformerFactory(client, 0)
	factory := informerfactory.NewInformerFactory(typed, metadatainformer.NewSharedInformerFactory(meta, 0))

	namespaces := namespace.NewNamespaceController(started, client, meta, client.Discovery().ServerPreferredNamespacedResources,
		typed.Core().V1().Namespaces(), time.Minute, corev1.FinalizerKubernetes)
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery()))
	informersStarted := make(chan struct{})
	close(informersStarted)
	collector, err := garbagecollector.NewGarbageCollector(started, client, meta, mapper,
		garbagecollector.DefaultIgnoredResources(), factory, informersStarted)
	if err != nil {
		return err
	}
	factory.Start(started.Done())
	go namespaces.Run(started, workers)
	go collector.Run(started, workers, gcSync)
	go collector.Sync(started, client.Discovery(), gcSync)
	return nil
}
