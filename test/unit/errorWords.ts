/** n8n puts a text of its own in place of a message that contains one of these. */
export const NETWORK_CODES =
	/ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|ERRADDRINUSE|EADDRNOTAVAIL|ECONNABORTED|EHOSTUNREACH|EAI_AGAIN|ENOENT|EISDIR|ENOTDIR|EACCES|EEXIST|EPERM|GETADDRINFO/i;

/** Words that n8n asks to avoid. */
export const DISCOURAGED = /\b(errors?|problems?|failures?|fail(s|ed)?|mistakes?)\b/i;
