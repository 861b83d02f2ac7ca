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
const MAX_TRIGGERS = 1_000;

/** A key has 16 characters, so 96 bits. Two of a thousand keys are never equal by chance. */
const DIGEST_LENGTH = 16;

/** The keys of the deliveries that this process has received for one trigger. */
interface TriggerDeliveries {
	/** Deliveries that have started the workflow, the latest last. */
	startedKeys: string[];
	keysInProgress: Set<string>;
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
 * Begins the work on a delivery, unless an equal one was received before. AlfaCRM may send one
 * delivery twice. The second is ignored if the first has started the workflow, or is in progress:
 * received, but not yet answered.
 *
 * @param trigger identifies the trigger in this process
 * @param key the key of the delivery, from `makeDeliveryKey`; equal deliveries have equal keys
 * @param staticData the data that n8n saves for this node. It outlives a restart of n8n.
 * @returns undefined if the delivery was received before
 */
export function beginDelivery(
	trigger: string,
	key: string,
	staticData: IDataObject,
): NewDelivery | undefined {
	const deliveries = getDeliveriesOf(trigger);
	const savedKeys = readSavedKeys(staticData);

	const hasStarted = savedKeys.includes(key) || deliveries.startedKeys.includes(key);
	const isInProgress = deliveries.keysInProgress.has(key);
	if (hasStarted || isInProgress) return undefined;

	deliveries.keysInProgress.add(key);
	return {
		markStarted: () => {
			// Meanwhile, other deliveries may have added their keys to `deliveries.startedKeys`.
			const allStartedKeys = [...savedKeys, ...deliveries.startedKeys, key];
			deliveries.startedKeys = keepLatestKeys(allStartedKeys);
			staticData.deliveries = [...deliveries.startedKeys];
		},
		end: () => deliveries.keysInProgress.delete(key),
	};
}

/** Reads the keys of deliveries that have started the workflow, also before n8n was restarted. */
function readSavedKeys({ deliveries }: IDataObject): string[] {
	return Array.isArray(deliveries) ? (deliveries as string[]) : [];
}

/** Returns what this process remembers of a trigger's deliveries; nothing yet for a new trigger. */
function getDeliveriesOf(trigger: string): TriggerDeliveries {
	const noDeliveries: TriggerDeliveries = { startedKeys: [], keysInProgress: new Set() };
	const deliveries = deliveriesByTrigger.get(trigger) ?? noDeliveries;
	boundedSet(deliveriesByTrigger, trigger, deliveries, MAX_TRIGGERS);
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
 * Returns a copy of a delivery in which all IDs are numbers: `"entity_id": "45"` becomes 45. A
 * delivery with the text and one with the number then have the same key. An ID that is not a number
 * stays unchanged.
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
