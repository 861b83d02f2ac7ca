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
	/** The number of requests that one run takes. */
	requests: number;
	/** The number of these requests that change something. */
	writes: number;
	/** The changes of one undisturbed run. */
	changes: AccountChanges;
}

/** An event that interrupts a run at one of its requests. */
export type Mishap = 'answerLost' | 'serverError' | 'cancelled';

const MISHAPS: readonly Mishap[] = ['answerLost', 'serverError', 'cancelled'];
/** The largest number of requests that the chosen forms take together. The first form is always chosen. */
const MOST_REQUESTS = 40;
/**
 * The largest number of forms that are tried for an operation. Usually some of the first
 * `depth.interruptedCandidates` forms change something. Otherwise the next forms are tried until one does.
 */
const MOST_CANDIDATES = 200;
/** Makes each list one page, so that every request is another step of the operation. */
const ONE_PAGE = { pageSize: 500 };

/**
 * Chooses the mishaps to try at a request. A deep run tries all of them, a quick run one that the seed
 * decides.
 */
export function chooseMishaps(request: number): readonly Mishap[] {
	return isDeep ? MISHAPS : [MISHAPS[Math.abs(seed + request) % MISHAPS.length]];
}

/** Finds forms of an operation whose runs change something. The form with the most writes comes first. */
export async function findChangingForms(
	account: SharedAccount,
	{ arbitraryTarget, arbitraryForm }: OperationCase,
): Promise<ChangingForm[]> {
	const forms = arbitraryTarget(account.records).chain((target) => arbitraryForm(account.records, target));
	const candidates = fc.sample(forms, { seed, numRuns: MOST_CANDIDATES });

	const changingForms: ChangingForm[] = [];
	for (const [index, form] of candidates.entries()) {
		if (index >= depth.interruptedCandidates && changingForms.length > 0) break;

		const changingForm = await tryForm(account, form);
		if (changingForm !== undefined) {
			changingForms.push(changingForm);
		}
	}

	changingForms.sort((a, b) => b.writes - a.writes || a.requests - b.requests);
	return limitRequests(changingForms.slice(0, depth.interruptedRuns));
}

/** Runs a form once, undisturbed. Returns undefined if the run fails or changes nothing. */
async function tryForm(account: SharedAccount, form: FilledForm): Promise<ChangingForm | undefined> {
	account.reset(ONE_PAGE);
	const { error } = await account.run(form);

	const changes = account.readChanges();
	if (error !== undefined || !changesSomething(changes)) return undefined;

	const requests = account.sandbox.journal.length;
	const writes = account.writes.length;
	return { form, requests, writes, changes };
}

/**
 * Keeps the first forms as long as their runs take at most `MOST_REQUESTS` together, and always the first
 * one.
 */
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
	{ mishap, request }: { mishap: Mishap; request: number },
): Promise<string[]> {
	account.reset(ONE_PAGE);
	const userStop = new AbortController();
	prepareMishap(account, { mishap, request, userStop });

	await account.run({ ...form, signal: userStop.signal });
	await waitUntilQuiet();
	account.holdCall = () => {};

	if (mishap !== 'cancelled') return [];

	const callsAfterCancelling = account.sandbox.journal.slice(request).map(nameCall);
	return callsAfterCancelling.filter((call) => !isRead(call));
}

/** Makes a mishap happen when the account receives a certain request. */
function prepareMishap(
	account: SharedAccount,
	{ mishap, request, userStop }: { mishap: Mishap; request: number; userStop: AbortController },
): void {
	const { faults } = account.sandbox;
	switch (mishap) {
		case 'answerLost':
			faults.failRequest(request, 'lostAfter');
			break;
		case 'serverError':
			faults.failRequest(request, 'status500');
			break;
		case 'cancelled':
			account.holdCall = (entry, moment) => {
				if (moment === 'arrives' && entry.request === request) {
					userStop.abort();
				}
			};
	}
}

/** Tells whether a call only reads a list. AlfaCRM names this action `index`. */
function isRead(call: string): boolean {
	return call.endsWith('/index');
}

/**
 * Runs a form twice, and cancels the second run while it waits. The first run gets no answer to its first request,
 * so it holds the lock for which the second run waits.
 *
 * @returns whether the second run has ended while the first one still held the lock
 */
export async function cancelWaitingRun(account: SharedAccount, form: FilledForm): Promise<boolean> {
	account.reset(ONE_PAGE);
	const answerFirstRequest = holdFirstRequest(account);
	const firstRun = account.run(form);
	await waitUntilQuiet();

	const userStop = new AbortController();
	let hasSecondRunEnded = false;
	const secondRun = account.run({ ...form, signal: userStop.signal }).then(() => {
		hasSecondRunEnded = true;
	});
	await waitUntilQuiet();
	userStop.abort();
	await waitUntilQuiet();
	const hasEndedAtOnce = hasSecondRunEnded;

	answerFirstRequest();
	await Promise.all([firstRun, secondRun]);
	return hasEndedAtOnce;
}

/** Leaves the first request of the account without an answer. Returns a function that lets it be answered. */
function holdFirstRequest(account: SharedAccount): () => void {
	let answerFirstRequest = () => {};
	const answer = new Promise<void>((resolve) => {
		answerFirstRequest = resolve;
	});
	account.holdCall = async ({ request }) => {
		if (request === 1) {
			await answer;
		}
	};
	return answerFirstRequest;
}
