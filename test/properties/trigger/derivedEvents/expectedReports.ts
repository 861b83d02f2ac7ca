import type { EventName, Step } from './histories';

/**
 * Finds the customers whom the trigger must report. Each event of the watched kind is reported once, in the
 * order of the events. Polls and lost connections make no difference. A customer who is in no group cannot
 * leave one.
 *
 * @returns the customers of the events that are to be reported
 */
export function expectedReports(steps: readonly Step[], watchedEvent: EventName): number[] {
	const groupMembers = new Set<number>();
	const customers: number[] = [];
	for (const step of steps) {
		if (step.kind !== 'event') continue;

		const { event, customer } = step;
		const isImpossible = event === 'leftGroup' && !groupMembers.has(customer);
		if (event === watchedEvent && !isImpossible) {
			customers.push(customer);
		}
		if (event === 'joinedGroup') {
			groupMembers.add(customer);
		}
		if (event === 'leftGroup') {
			groupMembers.delete(customer);
		}
	}
	return customers;
}
