import type { EventName, Step } from './histories';

/**
 * Lists the customers whom the trigger must report: one for each event of the watched kind, in the order of the
 * events. Polls and lost connections make no difference. A customer who is in no group cannot leave one.
 */
export function expectedReports(steps: readonly Step[], watchedEvent: EventName): number[] {
	const groupMembers = new Set<number>();
	const customers: number[] = [];
	for (const step of steps) {
		if (step.kind !== 'event') continue;

		const { event, customer } = step;
		const isPossible = event !== 'leftGroup' || groupMembers.has(customer);
		if (event === watchedEvent && isPossible) {
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
