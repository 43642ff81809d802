/*
 * Copyright (C) 2026 The strongSwan redirect plugin authors
 *
 * This program is free software; you can redistribute it and/or modify it
 * under the terms of the GNU General Public License as published by the
 * Free Software Foundation; either version 2 of the License, or (at your
 * option) any later version.  See <http://www.fsf.org/copyleft/gpl.txt>.
 *
 * This program is distributed in the hope that it will be useful, but
 * WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
 * or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License
 * for more details.
 */

#include "redis_transport.h"

#include <library.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#ifdef HAVE_OPENSSL
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#endif

typedef struct private_redis_transport_t private_redis_transport_t;

/**
 * Private data
 */
struct private_redis_transport_t {

	/**
	 * Public interface
	 */
	redis_transport_t public;

	/**
	 * Socket
	 */
	int fd;

	/**
	 * TRUE once TCP is connected
	 */
	bool connected;

#ifdef HAVE_OPENSSL
	/**
	 * TLS, NULL without
	 */
	SSL *ssl;

	/**
	 * What TLS waits for, 0 for what its user does
	 */
	short wanted;
#endif
};

/**
 * Tell an error of the system.
 */
static int fail(char why[REDIRECT_STORE_WHY_MAX], const char *what, int error)
{
	snprintf(why, REDIRECT_STORE_WHY_MAX, "%s: %s", what, strerror(error));
	return -1;
}

/**
 * Whether an error only says that nothing can be done now.
 */
static bool not_now(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

#ifdef HAVE_OPENSSL

/**
 * Tell why TLS failed.
 */
static void tls_error(const char *what, char why[REDIRECT_STORE_WHY_MAX])
{
	char words[128] = "it closed the connection";
	unsigned long error = ERR_peek_last_error();

	if (error)
	{
		ERR_error_string_n(error, words, sizeof(words));
	}
	else if (errno)
	{
		snprintf(words, sizeof(words), "%s", strerror(errno));
	}
	ERR_clear_error();
	snprintf(why, REDIRECT_STORE_WHY_MAX, "TLS: %.96s: %s", what, words);
}

/**
 * Understand what a function of TLS returned.
 */
static int tls_result(private_redis_transport_t *this, int result,
					  const char *what, char why[REDIRECT_STORE_WHY_MAX])
{
	long verified;

	this->wanted = 0;
	if (result > 0)
	{
		return result;
	}
	switch (SSL_get_error(this->ssl, result))
	{
		case SSL_ERROR_WANT_READ:
			this->wanted = POLLIN;
			return 0;
		case SSL_ERROR_WANT_WRITE:
			this->wanted = POLLOUT;
			return 0;
		case SSL_ERROR_ZERO_RETURN:
			snprintf(why, REDIRECT_STORE_WHY_MAX, "it closed the connection");
			return -1;
		default:
			break;
	}
	verified = SSL_get_verify_result(this->ssl);
	if (verified != X509_V_OK)
	{
		ERR_clear_error();
		snprintf(why, REDIRECT_STORE_WHY_MAX, "TLS: its certificate is not "
				 "accepted: %s", X509_verify_cert_error_string(verified));
	}
	else
	{
		tls_error(what, why);
	}
	return -1;
}

/**
 * Begin with TLS on a socket.
 */
static bool tls_begin(private_redis_transport_t *this, redis_tls_t *tls,
					  const char *name, char why[REDIRECT_STORE_WHY_MAX])
{
	X509_VERIFY_PARAM *param;
	bool address;

	this->ssl = SSL_new((SSL_CTX*)tls);
	if (!this->ssl || !SSL_set_fd(this->ssl, this->fd))
	{
		tls_error("setting up", why);
		return FALSE;
	}
	param = SSL_get0_param(this->ssl);
	address = X509_VERIFY_PARAM_set1_ip_asc(param, name);
	ERR_clear_error();
	if (!address && (!X509_VERIFY_PARAM_set1_host(param, name, 0) ||
					 !SSL_set_tlsext_host_name(this->ssl, name)))
	{
		tls_error(name, why);
		return FALSE;
	}
	SSL_set_connect_state(this->ssl);
	return TRUE;
}

/*
 * Described in header
 */
redis_tls_t *redis_tls_create(const redirect_store_options_t *options,
							  char why[REDIRECT_STORE_WHY_MAX])
{
	const char *wrong = NULL;
	SSL_CTX *ctx;

	ctx = SSL_CTX_new(TLS_client_method());
	if (!ctx)
	{
		tls_error("setting up", why);
		return NULL;
	}
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (options->tls_ca)
	{
		wrong = SSL_CTX_load_verify_locations(ctx, options->tls_ca, NULL) == 1 ?
				NULL : options->tls_ca;
	}
	else if (SSL_CTX_set_default_verify_paths(ctx) != 1)
	{
		wrong = "certificates of the system";
	}
	if (!wrong && options->tls_certificate)
	{
		if (SSL_CTX_use_certificate_chain_file(ctx, options->tls_certificate) != 1)
		{
			wrong = options->tls_certificate;
		}
		else if (SSL_CTX_use_PrivateKey_file(ctx, options->tls_key,
											 SSL_FILETYPE_PEM) != 1)
		{
			wrong = options->tls_key;
		}
	}
	if (wrong)
	{
		tls_error(wrong, why);
		SSL_CTX_free(ctx);
		return NULL;
	}
	return (redis_tls_t*)ctx;
}

/*
 * Described in header
 */
void redis_tls_destroy(redis_tls_t *tls)
{
	SSL_CTX_free((SSL_CTX*)tls);
}

#else /* HAVE_OPENSSL */

/*
 * Described in header
 */
redis_tls_t *redis_tls_create(const redirect_store_options_t *options,
							  char why[REDIRECT_STORE_WHY_MAX])
{
	snprintf(why, REDIRECT_STORE_WHY_MAX, "the plugin was built without TLS");
	return NULL;
}

/*
 * Described in header
 */
void redis_tls_destroy(redis_tls_t *tls)
{
}

#endif /* HAVE_OPENSSL */

METHOD(redis_transport_t, get_events, int,
	private_redis_transport_t *this, bool writing, short *events)
{
	*events = POLLIN | (writing ? POLLOUT : 0);
	if (!this->connected)
	{
		*events = POLLOUT;
	}
#ifdef HAVE_OPENSSL
	else if (this->wanted)
	{	/* it is read in any case, and what cannot be written has to wait */
		*events = POLLIN | this->wanted;
	}
#endif
	return this->fd;
}

METHOD(redis_transport_t, open_, int,
	private_redis_transport_t *this, char why[REDIRECT_STORE_WHY_MAX])
{
	struct pollfd pfd = { .fd = this->fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int error = 0;

	if (!this->connected)
	{
		if (poll(&pfd, 1, 0) < 1)
		{
			return 0;
		}
		if (getsockopt(this->fd, SOL_SOCKET, SO_ERROR, &error, &len) || error)
		{
			return fail(why, "connecting", error ?: errno);
		}
		this->connected = TRUE;
	}
#ifdef HAVE_OPENSSL
	if (this->ssl && !SSL_is_init_finished(this->ssl))
	{
		errno = 0;
		return tls_result(this, SSL_do_handshake(this->ssl), "handshake", why);
	}
#endif
	return 1;
}

METHOD(redis_transport_t, read_, ssize_t,
	private_redis_transport_t *this, void *buf, size_t len,
	char why[REDIRECT_STORE_WHY_MAX])
{
	ssize_t got;

#ifdef HAVE_OPENSSL
	if (this->ssl)
	{
		errno = 0;
		return tls_result(this, SSL_read(this->ssl, buf, len), "reading", why);
	}
#endif
	got = recv(this->fd, buf, len, 0);
	if (got < 0)
	{
		return not_now(errno) ? 0 : fail(why, "reading", errno);
	}
	if (!got)
	{
		snprintf(why, REDIRECT_STORE_WHY_MAX, "it closed the connection");
		return -1;
	}
	return got;
}

METHOD(redis_transport_t, write_, ssize_t,
	private_redis_transport_t *this, const void *buf, size_t len,
	char why[REDIRECT_STORE_WHY_MAX])
{
	ssize_t put;

#ifdef HAVE_OPENSSL
	if (this->ssl)
	{
		errno = 0;
		return tls_result(this, SSL_write(this->ssl, buf, len), "writing", why);
	}
#endif
	put = send(this->fd, buf, len, MSG_NOSIGNAL);
	if (put < 0)
	{
		return not_now(errno) ? 0 : fail(why, "writing", errno);
	}
	return put;
}

METHOD(redis_transport_t, destroy, void,
	private_redis_transport_t *this)
{
#ifdef HAVE_OPENSSL
	SSL_free(this->ssl);
#endif
	if (this->fd != -1)
	{
		close(this->fd);
	}
	free(this);
}

/*
 * Described in header
 */
redis_transport_t *redis_transport_create(const struct sockaddr *addr,
										  socklen_t len, redis_tls_t *tls,
										  const char *name,
										  char why[REDIRECT_STORE_WHY_MAX])
{
	private_redis_transport_t *this;
	int on = 1;

	INIT(this,
		.public = {
			.get_events = _get_events,
			.open = _open_,
			.read = _read_,
			.write = _write_,
			.destroy = _destroy,
		},
		.fd = socket(addr->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
					 0),
	);
	if (this->fd == -1 ||
		(connect(this->fd, addr, len) == -1 && errno != EINPROGRESS))
	{
		fail(why, "connecting", errno);
		destroy(this);
		return NULL;
	}
	setsockopt(this->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
#ifdef HAVE_OPENSSL
	if (tls && !tls_begin(this, tls, name, why))
	{
		destroy(this);
		return NULL;
	}
#endif
	return &this->public;
}
