# /etc/varnish/default.vcl: Varnish, behind a proxy that brings TLS (nginx, Hitch, HAProxy), before the service.
#   COMMENTS_TRUSTED_PROXIES=127.0.0.1
vcl 4.1;

import std;

backend comments {
    .host = "127.0.0.1";
    .port = "8080";
    .connect_timeout = 2s;
    # Live updates send a line every 20 seconds.
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 60s;
    .probe = {
        .url = "/healthz";
        .interval = 1s;
        .timeout = 1s;
        .window = 3;
        .threshold = 2;
        # Believed until it is found out.
        .initial = 2;
    }
}

sub vcl_recv {
    # Varnish adds the address it sees to X-Forwarded-For by itself.
    if (req.url ~ "/api/v1/sites/[^/]+/stream(\?|$)") {
        return (pipe);
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Only what every anonymous reader gets alike; whoever shows a token goes past the cache.
    if (req.http.Authorization || (
            req.url !~ "/api/v1/sites/[^/]+/(thread|counts|comments/[^/]+(/replies)?)(\?|$)"
            && req.url !~ "/d/[^/]+/(feed|fragment)(\?|$)"
            && req.url !~ "/(embed/[^/]+|embed\.js|count\.js)$")) {
        return (pass);
    }
    # Whoever comes first after a quiet hour would else see the page of an hour ago.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 0s;
    }
    # These answers are the same with any cookie.
    unset req.http.Cookie;
    return (hash);
}

sub vcl_pipe {
    # One request a connection, so that the next one comes through here again.
    set bereq.http.Connection = "close";
}

sub vcl_backend_response {
    # How long is said by the service (`s-maxage=1`); this is for the time that it is away.
    set beresp.grace = 10m;
    set beresp.keep = 10m;
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
