import type { EventName, Step } from './histories';

/**
 * The rule: each event of the watched kind is reported once, in the order in which the events happened. How often and when
 * the trigger polls makes no difference, nor does a lost connection. A customer who is in no group cannot leave one.
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
