/**
 * Recognizes deliveries that came before, so that AlfaCRM may send one twice without starting the
 * workflow twice.
 *
 * Each trigger remembers the keys of its latest deliveries, both in this process and in n8n's
 * static data. The static data outlive a restart, but n8n may not have saved the latest keys yet.
 */

import { randomUUID } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import { boundedSet } from '../../api/bounded';
import { isPlainObject } from '../../fields/blank';
import { canonicalJson } from '../../fields/object';
import { readInteger } from '../../values/formats';
import { makeDigest } from '../digest';

/** How many deliveries each trigger remembers. */
const LATEST_DELIVERIES = 1_000;

/** How many triggers are remembered. n8n rarely has more active webhook triggers. */
const MOST_TRIGGERS = 1_000;

/** A key has 16 characters, so 96 bits. Two of a thousand keys are never equal by chance. */
const DIGEST_LENGTH = 16;

/** The deliveries of one trigger in this process, by their keys. */
interface TriggerDeliveries {
	/** Deliveries that have started the workflow, the latest last. */
	started: string[];
	underWay: Set<string>;
}

const deliveriesByTrigger = new Map<string, TriggerDeliveries>();

/** A delivery that is being worked on. Until it ends, equal deliveries are ignored. */
export interface NewDelivery {
	/**
	 * Notes that the delivery has started the workflow, so that equal ones are ignored from now on.
	 */
	markStarted: () => void;
	/**
	 * Ends the work. If the delivery has not started the workflow, an equal one may start it later.
	 */
	end: () => void;
}

/**
 * Begins the work on a delivery, unless it was received before.
 *
 * @param trigger identifies the trigger in this process
 * @param key the key of the delivery, from `makeDeliveryKey`
 * @param saved the static data that n8n keeps for this node; its property `deliveries` has the keys
 * @returns undefined if the delivery was received before
 */
export function beginDelivery(
	trigger: string,
	key: string,
	saved: IDataObject,
): NewDelivery | undefined {
	const deliveries = getDeliveriesOf(trigger);
	const savedKeys = Array.isArray(saved.deliveries) ? (saved.deliveries as string[]) : [];

	const hasStarted = savedKeys.includes(key) || deliveries.started.includes(key);
	const isUnderWay = deliveries.underWay.has(key);
	if (hasStarted || isUnderWay) return undefined;

	deliveries.underWay.add(key);
	return {
		markStarted: () => {
			// `deliveries.started` also has the keys of deliveries that have started since this one
			// began.
			const startedKeys = [...savedKeys, ...deliveries.started, key];
			deliveries.started = keepLatestKeys(startedKeys);
			saved.deliveries = [...deliveries.started];
		},
		end: () => deliveries.underWay.delete(key),
	};
}

/** Returns what this process remembers of a trigger's deliveries; nothing yet for a new trigger. */
function getDeliveriesOf(trigger: string): TriggerDeliveries {
	const deliveries = deliveriesByTrigger.get(trigger) ?? { started: [], underWay: new Set() };
	boundedSet(deliveriesByTrigger, trigger, deliveries, MOST_TRIGGERS);
	return deliveries;
}

/** Returns each key once, and only the latest keys. */
function keepLatestKeys(keys: readonly string[]): string[] {
	return [...new Set(keys)].slice(-LATEST_DELIVERIES);
}

/**
 * Makes the key of a delivery. Deliveries with equal bodies have equal keys.
 *
 * @param hasTime whether the body says when the change was made. If it does not, two different
 * changes may have equal bodies, so each delivery gets a key of its own.
 */
export function makeDeliveryKey(body: unknown, hasTime: boolean): string {
	if (!hasTime) return randomUUID();

	const bodyWithNumericIds = readIdsAsNumbers(body);
	return makeDigest(canonicalJson(bodyWithNumericIds), DIGEST_LENGTH);
}

/** The IDs of a delivery, which AlfaCRM may send as texts. API notes 8. */
const ID_NAMES = ['branch_id', 'entity_id', 'user_id'];

/**
 * Returns a copy of a delivery in which IDs that came as texts are numbers, so that both ways of
 * writing them give the same key. A value that is no number stays as it came.
 */
function readIdsAsNumbers(body: unknown): unknown {
	if (!isPlainObject(body)) return body;

	const bodyWithNumericIds = { ...body };
	for (const name of ID_NAMES) {
		if (!Object.hasOwn(body, name)) continue;
		bodyWithNumericIds[name] = readInteger(body[name]) ?? body[name];
	}
	return bodyWithNumericIds;
}
