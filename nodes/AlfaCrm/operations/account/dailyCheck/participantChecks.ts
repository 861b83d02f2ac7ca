/**
 * The check *Unpaid Tomorrow* of *Account → Daily Check*. A participant is one customer who comes
 * to one lesson. A customer is a lead, who does not study yet, or a client.
 */

import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../../entities/customer';
import type { Participant } from '../../../store/calendar/participants';
import { readNumber } from '../../../values/formats';
import type { Finding, Names } from './finding';
import { formatTimeOfDay } from './wording';

/**
 * Finds clients who come to a lesson, but whose record shows a debt (`balance`) or no paid lessons
 * (`paid_lesson_count`): docs/alfacrm-api.md 5.3. Reports each client once, with the first lesson.
 *
 * @param participants the earliest lesson first
 */
export function findUnpaidParticipants(participants: readonly Participant[]): Finding[] {
	const findings: Finding[] = [];
	for (const participant of chooseFirstLessons(participants)) {
		const reasons = findReasonsToPay(participant.customer);
		if (reasons.length > 0) findings.push(makeFinding(participant, reasons));
	}
	return findings;
}

/** Chooses each client once, as a participant of the client's first lesson. Leaves out leads. */
function chooseFirstLessons(participants: readonly Participant[]): Participant[] {
	const firstLessons = new Map<number, Participant>();
	for (const participant of participants) {
		const { customer, customer_id } = participant;
		const isFirstLesson = !firstLessons.has(customer_id);
		if (isClient(customer) && isFirstLesson) firstLessons.set(customer_id, participant);
	}
	return [...firstLessons.values()];
}

/** Whether a customer is a client. Leads pay nothing yet, so they are not reported. */
const isClient = ({ is_study }: IDataObject): boolean => Number(is_study) === CUSTOMER_TYPE.client;

/**
 * Reads from the record of a customer why the customer has to pay: a debt, or no paid lessons. A
 * record that shows neither balance nor paid lessons gives no reason.
 */
function findReasonsToPay(customer: IDataObject): string[] {
	const balance = readNumber(customer.balance);
	const paidLessonCount = readNumber(customer.paid_lesson_count);

	const reasons: string[] = [];
	if (balance !== undefined && balance < 0) reasons.push(`owes ${(-balance).toFixed(2)}`);
	if (paidLessonCount !== undefined && paidLessonCount <= 0) {
		reasons.push('has no paid lessons left');
	}
	return reasons;
}

/** Makes the finding of a client who comes to a lesson and has to pay. */
function makeFinding(participant: Participant, reasons: readonly string[]): Finding {
	const { group_id } = participant;
	return {
		check: 'comesUnpaid',
		date: participant.date,
		time: formatTimeOfDay(participant.time_from),
		branch: participant.branch_id,
		lessonId: participant.lesson_id,
		groupIds: group_id === null ? [] : [group_id],
		customerIds: [participant.customer_id],
		teacherIds: participant.teacher_ids,
		describe: (names) => describeUnpaid(participant, reasons, names),
	};
}

/** Writes `Mia Orlova comes on 2026-02-11 at 10:00 (Robotics) and owes 500.00.` */
function describeUnpaid(
	participant: Participant,
	reasons: readonly string[],
	names: Names,
): string {
	const { customer_id, group_id, date } = participant;
	const time = formatTimeOfDay(participant.time_from);
	const atTime = time === undefined ? '' : ` at ${time}`;
	const ofGroup = group_id === null ? '' : ` (${names.group(group_id)})`;
	return `${names.customer(customer_id)} comes on ${date}${atTime}${ofGroup} and ${reasons.join(' and ')}.`;
}
