/**
 * What *Lesson → Book* does with the cards of the booked customers: it warns of archived customers
 * before the lesson is created, and moves leads to a stage of the funnel afterwards.
 */

import {
	customer as customerEntity,
	CUSTOMER_TYPE,
	isRejected,
	stageOf,
} from '../../../entities/customer';
import { isArchived } from '../../../run/archived';
import { recordKey } from '../../../run/keys';
import type { Item } from '../../../run/item';
import { getRecord } from '../../../run/records';
import { pickChangedValues, saveChanges } from '../../../run/saveChanges';
import { comesBefore } from '../../../run/stages';
import { labelsOf } from '../../../run/target';
import type { LocatedRecord, Target } from '../../../store/located';
import { readFlag } from '../../../values/formats';
import type { Booking } from './bookingForm';

// ---------------------------------------------------------------- archived customers

/**
 * Adds a hint for each archived customer and rejected lead. *Get Participants* leaves them out, so
 * reminders about the lesson do not reach them.
 *
 * @throws NodeApiError if a card does not exist or this user may not read it. Then it is not known
 * whether the user has to be warned, so nothing is booked.
 */
export async function warnOfArchivedCustomers(item: Item, booking: Booking): Promise<void> {
	const target = customerTarget(booking);
	for (const customerId of booking.attendees.customerIds) {
		await warnIfArchived(item, target, customerId);
	}
}

async function warnIfArchived(item: Item, target: Target, customerId: number): Promise<void> {
	const customer = await getRecord(item, customerEntity, customerId, target);
	if (!isRejected(customer.row) && !(await isArchived(item, customerEntity, target, customer)))
		return;

	item.execution.hints.add(
		"Archived customers and rejected leads are left out by 'Get Participants', and so by reminders: restore the card first",
		`customer ${customerId}`,
	);
}

// ---------------------------------------------------------------- stages of leads

/**
 * The stage to which the leads are moved, and whether it may be an earlier stage than the current
 * one.
 */
interface StageMove {
	stageId: number;
	mayMoveBack: boolean;
}

/**
 * Moves the leads of a booked lesson to the stage that the user has chosen.
 *
 * Only a new lesson moves a lead back to an earlier stage. If an earlier run has booked the lesson,
 * the staff may have moved the lead on since then, and this run must not undo that.
 *
 * @throws NodeApiError if AlfaCRM refuses. Its description says that the lesson was booked, because
 * the item's log holds the booking.
 */
export async function moveLeadsToStage(
	item: Item,
	booking: Booking,
	{ isNew }: { isNew: boolean },
): Promise<void> {
	const { stageId, attendees } = booking;
	if (stageId === undefined) return;

	const target = customerTarget(booking);
	const move = { stageId, mayMoveBack: isNew };
	for (const customerId of attendees.customerIds) {
		const lock = recordKey(customerEntity, customerId);
		await item.withLock([lock], async () => await moveLeadToStage(item, target, customerId, move));
	}
}

async function moveLeadToStage(
	item: Item,
	target: Target,
	customerId: number,
	{ stageId, mayMoveBack }: StageMove,
): Promise<void> {
	const { hints } = item.execution;
	const customer = await getRecord(item, customerEntity, customerId, target);
	// `is_study` tells leads from clients. API notes 5.3.
	if (readFlag(customer.row.is_study) === CUSTOMER_TYPE.client) {
		hints.add('A client has no stage, so that was not changed', `customer ${customerId}`);
		return;
	}

	const values = { lead_status_id: stageId };
	const changedValues = pickChangedValues(item, customerEntity, customer.row, values);
	const isInStage = Object.keys(changedValues).length === 0;
	if (isInStage) return;

	if (!mayMoveBack && !(await movesForward(item, customer, stageId))) {
		hints.add(
			"The lesson was there already, and AlfaCRM does not show that the lead is in a stage before 'Stage', so that was left",
			`customer ${customerId}`,
		);
		return;
	}
	// The changed card is no part of the output, which is the lesson, so `show` leaves it unchanged.
	const recordTask = {
		item,
		entity: customerEntity,
		target,
		show: (row: LocatedRecord['row']) => row,
	};
	// `addToLists` has no effect, since the stage is not a list.
	await saveChanges(recordTask, customer, { values, addToLists: false });
}

/**
 * Whether AlfaCRM shows that a stage comes after the current stage of a lead. A lead without a
 * stage may move to any stage.
 */
async function movesForward(item: Item, lead: LocatedRecord, stageId: number): Promise<boolean> {
	const currentStage = stageOf(lead.row);
	if (currentStage === undefined) return true;

	// `comesBefore` returns undefined if AlfaCRM does not show the order of the two stages. The lead
	// then stays where it is.
	const isMoveBack = await comesBefore(item, {
		lead,
		stageId,
		otherStageId: currentStage,
	});
	return isMoveBack === false;
}

/** Makes the target of calls about customers, in the branch of the lesson. */
function customerTarget({ search }: Booking): Target {
	const { branch, labels } = search.target;
	return {
		path: customerEntity.path,
		branch,
		query: {},
		labels: { ...labelsOf(customerEntity.fields), ...labels },
	};
}
