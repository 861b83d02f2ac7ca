import type { Fault } from './schema';

/** Faults for tests that let every request of a run fail in every one of these ways. */
export const faultPresets = {
	/** The server has acted, and the answer does not arrive. */
	lostAfter: { kind: 'reset', when: 'after' },
	/** The connection breaks before the server has acted. */
	lostBefore: { kind: 'reset', when: 'before' },
	/** The server has acted, and half of the answer arrives. */
	cutAfter: { kind: 'resetMidAnswer', when: 'after' },
	status500: { kind: 'status', status: 500 },
	status500After: { kind: 'status', status: 500, when: 'after' },
	status403: { kind: 'status', status: 403, message: 'Access Denied' },
	status401: { kind: 'status', status: 401, message: 'Your request was made with invalid credentials.' },
	body401: {
		kind: 'status',
		status: 401,
		httpStatus: 200,
		message: 'Your request was made with invalid credentials.',
	},
	tooMany: { kind: 'tooMany' },
	refused: { kind: 'successFalse' },
	html502: { kind: 'html', status: 502 },
	html400: { kind: 'html', status: 400 },
	html403: { kind: 'html', status: 403 },
	html404: { kind: 'html', status: 404 },
	emptyItems: { kind: 'emptyItems' },
	delayed: { kind: 'delay', ms: 50, when: 'after' },
	hangsAfter: { kind: 'hang', when: 'after' },
	dripsAfter: { kind: 'drip', when: 'after' },
} as const satisfies Record<string, Fault>;
export type FaultPreset = keyof typeof faultPresets;
