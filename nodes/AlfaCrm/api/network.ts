/** Why no answer came. */
export type NetworkCause =
	| 'unknownHost'
	| 'noNameServer'
	| 'refused'
	| 'unreachable'
	| 'certificate'
	| 'timeout'
	| 'closed';

const CAUSES: Record<string, NetworkCause> = {
	ENOTFOUND: 'unknownHost',
	EAI_AGAIN: 'noNameServer',
	ECONNREFUSED: 'refused',
	EHOSTUNREACH: 'unreachable',
	ENETUNREACH: 'unreachable',
	ECONNABORTED: 'timeout',
	ETIMEDOUT: 'timeout',
};

/** @param code of Node.js or Axios, e.g. ECONNRESET */
export function networkCause(code = ''): NetworkCause {
	return CAUSES[code] ?? (/CERT|TLS|SSL|UNABLE_TO_/.test(code) ? 'certificate' : 'closed');
}

/** Whether the request may have reached AlfaCRM. */
export const maybeSent: Record<NetworkCause, boolean> = {
	unknownHost: false,
	noNameServer: false,
	refused: false,
	unreachable: false,
	certificate: false,
	timeout: true,
	closed: true,
};

/** Whether it may go better the next time. */
export const mayPass: Record<NetworkCause, boolean> = {
	unknownHost: false,
	noNameServer: true,
	refused: true,
	unreachable: true,
	certificate: false,
	timeout: true,
	closed: true,
};
