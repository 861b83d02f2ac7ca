import type { Scheduler } from 'fast-check';

import type { FilledForm } from '../../engine/support/arbitraryForms';
import type { AccountChanges, SharedAccount } from '../../engine/support/sharedAccount';
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
	/** The credential of the second run. The first one has credential 0, and both are of one account. */
	secondCredential: 0 | 1;
	/** Decides in which order calls arrive and are answered. */
	scheduler: Scheduler;
}

/** Runs two forms at the same moment in an account as it was at the start, and reads what they have changed. */
export async function changeTogether(
	account: SharedAccount,
	{ forms: [first, second], secondCredential, scheduler }: SimultaneousRuns,
): Promise<AccountChanges> {
	account.reset();
	account.holdCall = async (entry, moment) =>
		await scheduler.schedule(Promise.resolve(), `${nameCall(entry)} ${moment}`);

	let isOver = false;
	const runs = Promise.all([account.run(first), account.run(second, secondCredential)]);
	const end = runs.finally(() => (isOver = true));
	while (!isOver) {
		await waitUntilQuiet();
		if (scheduler.count() > 0) {
			await scheduler.waitNext(1);
		}
	}
	await end;
	return account.readChanges();
}

/** Waits until all that goes on waits for a call that is held. */
export async function waitUntilQuiet(): Promise<void> {
	for (let turn = 0; turn < 4; turn++) {
		await new Promise((resolve) => setImmediate(resolve));
	}
}

/** Whether there are changed rows. The changes always tell how often a lesson was completed. */
export function changesSomething(changes: AccountChanges): boolean {
	return Object.keys(changes).some((name) => name !== 'taught');
}
