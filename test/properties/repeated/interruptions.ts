import fc from 'fast-check';

import type { FilledForm } from '../../engine/support/arbitraryForms';
import type { OperationCase } from '../../engine/support/operationCases';
import type { AccountChanges, SharedAccount } from '../../engine/support/sharedAccount';
import { nameCall } from '../../engine/support/sharedAccount';
import { depth, isDeep, seed } from '../../support/depth';
import { changesSomething, waitUntilQuiet } from './runs';

/** A form whose run changes something. */
export interface ChangingForm {
	form: FilledForm;
	/** How many requests and writes its run takes. */
	requests: number;
	writes: number;
	/** The changes of one undisturbed run. */
	changes: AccountChanges;
}

/** A mishap at one request of a run. */
type Mishap = 'answerLost' | 'serverError' | 'cancelled';

const MISHAPS: readonly Mishap[] = ['answerLost', 'serverError', 'cancelled'];
/** The runs of the chosen forms take at most this many requests together, unless the first run alone takes more. */
const MOST_REQUESTS = 40;
/**
 * At most this many forms of an operation are tried until one changes something. `depth.interruptedCandidates` forms are tried in
 * any case, which is enough for most operations.
 */
const MOST_CANDIDATES = 200;
/** Lists come in one page, so that each request is a step of its own kind. */
const SETTINGS = { pageSize: 500 };

/** Chooses the mishaps to try at a request: all of them in a deep run, or a single one, which the seed decides, in a quick run. */
export function chooseMishaps(request: number): readonly Mishap[] {
	return isDeep ? MISHAPS : [MISHAPS[Math.abs(seed + request) % MISHAPS.length]];
}

/** Finds forms whose runs change something, the ones with most writes first. */
export async function findChangingForms(
	account: SharedAccount,
	{ arbitraryTarget, arbitraryForm }: OperationCase,
): Promise<ChangingForm[]> {
	const forms = arbitraryTarget(account.records).chain((target) => arbitraryForm(account.records, target));
	const found: ChangingForm[] = [];
	for (const [index, form] of fc.sample(forms, { seed, numRuns: MOST_CANDIDATES }).entries()) {
		if (index >= depth.interruptedCandidates && found.length > 0) break;

		account.reset(SETTINGS);
		const { error } = await account.run(form);
		const changes = account.readChanges();
		const requests = account.sandbox.journal.length;
		if (error === undefined && changesSomething(changes)) {
			found.push({ form, requests, writes: account.writes.length, changes });
		}
	}

	found.sort((a, b) => b.writes - a.writes || a.requests - b.requests);
	return limitRequests(found.slice(0, depth.interruptedRuns));
}

function limitRequests(forms: readonly ChangingForm[]): ChangingForm[] {
	let requestsSoFar = 0;
	return forms.filter(({ requests }, index) => {
		requestsSoFar += requests;
		return requestsSoFar <= MOST_REQUESTS || index === 0;
	});
}

/**
 * Runs a form in an account as it was at the start, with a mishap at one of its requests.
 *
 * @param request counts from 1
 * @returns the writes that were sent after the run was cancelled; always empty for another mishap
 */
export async function interruptRun(
	account: SharedAccount,
	form: FilledForm,
	{ mishap, request: struckRequest }: { mishap: Mishap; request: number },
): Promise<string[]> {
	const userStop = new AbortController();
	account.reset(SETTINGS);
	if (mishap === 'answerLost') account.sandbox.faults.failRequest(struckRequest, 'lostAfter');
	if (mishap === 'serverError') account.sandbox.faults.failRequest(struckRequest, 'status500');
	if (mishap === 'cancelled') {
		account.holdCall = ({ request }, moment) => {
			if (moment === 'arrives' && request === struckRequest) userStop.abort();
		};
	}

	await account.run({ ...form, signal: userStop.signal });
	await waitUntilQuiet();
	account.holdCall = () => {};

	if (mishap !== 'cancelled') return [];

	const callsAfterCancelling = account.sandbox.journal.slice(struckRequest).map(nameCall);
	return callsAfterCancelling.filter((call) => !isRead(call));
}

/** Tells whether a call only reads a list: AlfaCRM names such an action `index`. */
function isRead(call: string): boolean {
	return call.endsWith('/index');
}

/**
 * Runs a form whose first request is not answered, and the same form again. The second run waits for the lock of the
 * first one, and is cancelled meanwhile.
 *
 * @returns whether the second run has ended before the first one goes on
 */
export async function cancelWaitingRun(account: SharedAccount, form: FilledForm): Promise<boolean> {
	account.reset(SETTINGS);
	let answerFirstRequest = () => {};
	const answer = new Promise<void>((resolve) => (answerFirstRequest = resolve));
	account.holdCall = async ({ request }) => {
		if (request === 1) await answer;
	};
	const firstRun = account.run(form);
	await waitUntilQuiet();

	const userStop = new AbortController();
	let hasEnded = false;
	const secondRun = account.run({ ...form, signal: userStop.signal }).then(() => (hasEnded = true));
	await waitUntilQuiet();
	userStop.abort();
	await waitUntilQuiet();
	const hasEndedAtOnce = hasEnded;

	answerFirstRequest();
	await Promise.all([firstRun, secondRun]);
	return hasEndedAtOnce;
}
