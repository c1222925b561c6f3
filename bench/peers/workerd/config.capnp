# The disk and the port are given on the command line.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "data", disk = (writable = true)),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [(className = "Messages", uniqueKey = "messages", enableSql = true)],
  durableObjectStorage = (localDisk = "data"),
  bindings = [(name = "MESSAGES", durableObjectNamespace = "Messages")],
);
