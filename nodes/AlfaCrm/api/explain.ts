import type { Failure as DeclaredCause } from 'n8n-workflow';

import type { Trouble } from './errors';
import { badCertificate, timedOut, UNREACHABLE } from './errors';

/** How long a trigger should leave AlfaCRM alone that asked for patience and did not say how much. */
const PATIENCE_MS = 60_000;

/** What is needed to put a failed call into words. */
export interface CallInWords {
	/** What was wanted, to follow "could not", e.g. "update customer 501". */
	task: string;
	host: string;
	/** True when the call only reads and so can be repeated without harm. */
	reads: boolean;
	branch?: number;
	/** Labels of the form by API field name. */
	labels?: Record<string, string>;
	timeoutMs: number;
	tries: number;
}

export interface Explanation {
	message: string;
	description?: string;
	status?: number;
	failure?: DeclaredCause;
}

/** Says what happened and what to do next. It must not contain a network code: n8n replaces messages that do. */
export function explain(trouble: Trouble, call: CallInWords): Explanation {
	const { status } = trouble;
	switch (trouble.kind) {
		case 'login':
			return {
				message: trouble.words ?? 'The login to AlfaCRM did not succeed',
				description: "Open the credential, correct it and press 'Retry' or 'Test' there.",
				failure: { cause: trouble.declaredCause ?? 'credential-invalid' } as DeclaredCause,
			};
		case 'refusal':
			return {
				...refusal(trouble, call),
				status: status ?? 200,
				// What a list says may pass; what a write says is up to its fields.
				...(call.reads ? { failure: { cause: 'temporarily-unavailable' } } : {}),
			};
		case 'redirect':
			return {
				message: `${call.host} answered with a redirect${trouble.location ? ` to ${trouble.location}` : ''}, which was not followed, so it could not ${call.task}`,
				description: `No token was sent there. Check 'Hostname' in the credential: it must be the address at which AlfaCRM itself opens.`,
				status,
				failure: { cause: 'configuration-invalid' },
			};
		case 'notJson':
			return {
				message: `${call.host} ${trouble.words ?? 'did not answer as AlfaCRM does'}, so it could not ${call.task}`,
				description: `${lost(call)}Check 'Hostname' in the credential and whether AlfaCRM opens in a browser.`,
				status,
				failure: { cause: 'temporarily-unavailable' },
			};
		case 'noAnswer':
			return { ...noAnswer(trouble, call), failure: { cause: 'temporarily-unavailable' } };
		case 'cancelled':
			return { message: 'The execution was cancelled', description: lost(call).trim() || undefined };
		case 'unexpected':
			return { message: `Could not ${call.task}: ${trouble.words ?? 'no reason was given'}` };
		case 'status':
			return { ...statusText(trouble, call), status };
	}
}

function refusal(trouble: Trouble, call: CallInWords): Explanation {
	const entries = Object.entries(trouble.fields ?? {});
	if (entries.length === 0) {
		return {
			message: `AlfaCRM did not ${call.task}${trouble.words ? `: ${trouble.words}` : ' and gave no reason'}`,
			description: 'Nothing was saved.',
		};
	}
	const label = (field: string) => call.labels?.[field] ?? field;
	const texts = entries.map(([field, words]) =>
		field === '' || /^\d+$/.test(field) ? words.join(' ') : `${label(field)} – ${words.join(' ')}`,
	);
	const named = entries.map(([field]) => field).filter((field) => field !== '' && !/^\d+$/.test(field));
	const correct = named.map((field) => `'${label(field)}' (${field})`).join(', ');
	return {
		message: `AlfaCRM did not ${call.task}: ${texts.join('; ')}`,
		description: `${correct ? `Correct ${correct} and run it again. ` : ''}Nothing was saved.`,
	};
}

function noAnswer(trouble: Trouble, call: CallInWords): Explanation {
	const { code = '' } = trouble;
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return {
			message: `The host ${call.host} was not found, so it could not ${call.task}`,
			description: "Check 'Hostname' in the credential.",
		};
	}
	if (badCertificate(code)) {
		return {
			message: `${call.host} did not prove who it is, so it could not ${call.task}`,
			description: `n8n does not accept its certificate (${code}). Check 'Hostname' in the credential.`,
		};
	}
	if (UNREACHABLE.includes(code)) {
		return {
			message: `${call.host} could not be reached, so it could not ${call.task}`,
			description: 'Check the network that n8n runs in.',
		};
	}
	if (code === 'ECONNREFUSED') {
		return {
			message: `${call.host} refused the connection, so it could not ${call.task}`,
			description: "Check 'Hostname' in the credential and whether AlfaCRM opens in a browser.",
		};
	}
	const what = timedOut(trouble)
		? `did not answer within ${call.timeoutMs / 1_000} seconds`
		: 'closed the connection before its answer was complete';
	return {
		message: `${call.host} ${what} when asked to ${call.task}`,
		description: `${lost(call)}Network code: ${code}.`,
	};
}

function statusText(trouble: Trouble, call: CallInWords): Explanation {
	const { status = 0, words } = trouble;
	const said = words ? ` AlfaCRM said: ${words}` : '';
	if (status === 401) {
		return {
			message: `AlfaCRM does not accept the login, even a new one, and would not ${call.task}`,
			description: `Check the credential; some accounts also need 'App Key'.${said}`,
			failure: { cause: 'credential-invalid' },
		};
	}
	if (status === 403) {
		return {
			message: `AlfaCRM denied access: this user may not ${call.task}${inBranch(call)}`,
			description: `The login works. In AlfaCRM, give the role of this user the v2api module and the right to this data, or choose a branch that the user sees.${said}`,
			failure: { cause: 'credential-invalid' },
		};
	}
	if (status === 404) {
		return {
			message: `AlfaCRM answered "not found" when asked to ${call.task}${inBranch(call)}`,
			description: `The record or the branch does not exist, or not for this user.${said}`,
			failure: { cause: 'configuration-invalid' },
		};
	}
	if (status === 429) {
		return {
			message: `AlfaCRM still received too many requests after ${call.tries} tries and did not ${call.task}`,
			description: `Run less at the same time, or lower 'Requests per Second' in the credential.${said}`,
			failure: { cause: 'rate-limited', retryAfterMs: trouble.retryAfterMs ?? PATIENCE_MS },
		};
	}
	if (status >= 500) {
		return {
			message: `AlfaCRM could not ${call.task} (HTTP ${status})`,
			description: `${lost(call)}Its server did not cope; try again later.${said}`,
			failure: { cause: 'temporarily-unavailable' },
		};
	}
	return {
		message: `AlfaCRM would not ${call.task} (HTTP ${status})${words ? `: ${words}` : ''}`,
		description: 'Check the parameters of this node.',
	};
}

function inBranch(call: CallInWords): string {
	return call.branch === undefined ? '' : ` in branch ${call.branch}`;
}

/** For a write whose answer was lost. */
function lost(call: CallInWords): string {
	return call.reads
		? ''
		: 'AlfaCRM may have carried it out all the same: look there before you run this again. ';
}
