import type { Scheduler } from 'fast-check';

import type { FilledForm } from '../../engine/support/arbitraryForms';
import type { AccountChanges, CredentialIndex, SharedAccount } from '../../engine/support/sharedAccount';
import { nameCall } from '../../engine/support/sharedAccount';

/** Runs forms one after the other in an account as it was at the start, and reads what they have changed. */
export async function changeInTurn(account: SharedAccount, ...forms: FilledForm[]): Promise<AccountChanges> {
	account.reset();
	for (const form of forms) {
		await account.run(form);
	}
	return account.readChanges();
}

interface SimultaneousRuns {
	forms: readonly [FilledForm, FilledForm];
	/** The credential of the second run. The first run uses credential 0. */
	secondCredential: CredentialIndex;
	/** Decides in which order the calls arrive and are answered. */
	scheduler: Scheduler;
}

/**
 * Runs two forms at the same moment in an account as it was at the start, and reads what they have changed.
 * The scheduler lets one call go on whenever both runs wait.
 */
export async function changeTogether(
	account: SharedAccount,
	{ forms: [first, second], secondCredential, scheduler }: SimultaneousRuns,
): Promise<AccountChanges> {
	account.reset();
	account.holdCall = async (entry, moment) =>
		await scheduler.schedule(Promise.resolve(), `${nameCall(entry)} ${moment}`);

	let haveBothEnded = false;
	const runs = Promise.all([account.run(first), account.run(second, secondCredential)]);
	const end = runs.finally(() => {
		haveBothEnded = true;
	});
	while (!haveBothEnded) {
		await waitUntilQuiet();
		if (scheduler.count() > 0) {
			await scheduler.waitNext(1);
		}
	}
	await end;

	return account.readChanges();
}

/** Waits until every run has ended, or has come to a call that the test does not answer yet. */
export async function waitUntilQuiet(): Promise<void> {
	for (let turn = 0; turn < 4; turn++) {
		await new Promise((resolve) => setImmediate(resolve));
	}
}

/** Tells whether any record has changed. `taught` is no record: it is there even after a run without changes. */
export function changesSomething(changes: AccountChanges): boolean {
	return Object.keys(changes).some((name) => name !== 'taught');
}
