import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../../entities/customer';
import type { Participant } from '../../../store/calendar/participants';
import { readNumber } from '../../../values/formats';
import type { Finding, Names } from './finding';
import { formatTimeOfDay } from './wording';

/**
 * Finds clients who come to a lesson, but whose card shows a debt or no paid lesson (`balance` and
 * `paid_lesson_count`, API notes 5.3). Each client is reported once, with the first lesson.
 *
 * @param participants the earliest lesson first
 */
export function findUnpaidParticipants(participants: readonly Participant[]): Finding[] {
	const firstLessons = new Map<number, Participant>();
	for (const participant of participants) {
		const { customer, customer_id } = participant;
		if (isClient(customer) && !firstLessons.has(customer_id))
			firstLessons.set(customer_id, participant);
	}
	return [...firstLessons.values()].flatMap((participant) => {
		const reasons = findReasonsToPay(participant.customer);
		return reasons.length === 0 ? [] : [makeFinding(participant, reasons)];
	});
}

/** A lead pays nothing yet, so none is reported. */
const isClient = ({ is_study }: IDataObject): boolean => Number(is_study) === CUSTOMER_TYPE.client;

/**
 * Reads from a card why its customer has to pay. A card that shows neither balance nor paid lessons
 * gives no reason.
 */
function findReasonsToPay(customer: IDataObject): string[] {
	const balance = readNumber(customer.balance);
	const paidLessonCount = readNumber(customer.paid_lesson_count);

	const reasons: string[] = [];
	if (balance !== undefined && balance < 0) reasons.push(`owes ${(-balance).toFixed(2)}`);
	if (paidLessonCount !== undefined && paidLessonCount <= 0)
		reasons.push('has no paid lessons left');
	return reasons;
}

function makeFinding(participant: Participant, reasons: readonly string[]): Finding {
	const { customer_id, group_id, date, time_from, branch_id, lesson_id, teacher_ids } = participant;
	const time = formatTimeOfDay(time_from);
	const describe = (names: Names) => {
		const atTime = time === undefined ? '' : ` at ${time}`;
		const ofGroup = group_id === null ? '' : ` (${names.group(group_id)})`;
		return `${names.customer(customer_id)} comes on ${date}${atTime}${ofGroup} and ${reasons.join(' and ')}.`;
	};
	return {
		check: 'comesUnpaid',
		date,
		time,
		branch: branch_id,
		lessonId: lesson_id,
		groupIds: group_id === null ? [] : [group_id],
		customerIds: [customer_id],
		teacherIds: teacher_ids,
		describe,
	};
}
