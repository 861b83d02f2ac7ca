import { randomUUID } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import { lruSet } from '../../api/bounded';
import { isPlain } from '../../fields/blank';
import { canonicalJson } from '../../fields/object';
import { readInteger } from '../../values/formats';
import { digest } from '../digest';

/**
 * Recognizes deliveries that came before, so that AlfaCRM may send one twice without starting the
 * workflow twice.
 */

/** Each node remembers so many deliveries. */
const LATEST_DELIVERIES = 1_000;

/** More webhook triggers are hardly active in one n8n. */
const MOST_NODES = 1_000;

/** The key of a delivery has 96 bits. Two of a thousand keys are never equal by chance. */
const DIGEST_LENGTH = 16;

/** A delivery that may start the workflow. Until `end` is called, equal deliveries are ignored. */
export interface Claim {
	/** Notes that the delivery has started the workflow. */
	keep: () => void;
	/** Call it at the end. If the delivery was not kept, an equal one may start the workflow. */
	end: () => void;
}

/** The latest deliveries in this process, by node. What n8n has saved may be older. */
const received = new Map<string, { started: string[]; underWay: Set<string> }>();

const latest = (keys: readonly string[]): string[] => [...new Set(keys)].slice(-LATEST_DELIVERIES);

/**
 * Claims a delivery that was not received before, neither in this process nor, as far as n8n has
 * stored it, before a restart.
 *
 * @param node identifies the workflow and the node
 * @param saved the static data that n8n keeps for this node
 * @returns undefined if the delivery was received before
 */
export function claim(node: string, key: string, saved: IDataObject): Claim | undefined {
	const memory = received.get(node) ?? { started: [], underWay: new Set() };
	lruSet(received, node, memory, MOST_NODES);
	const stored = Array.isArray(saved.deliveries) ? (saved.deliveries as string[]) : [];
	if ([...stored, ...memory.started, ...memory.underWay].includes(key)) return undefined;

	memory.underWay.add(key);
	return {
		keep: () => {
			memory.started = latest([...stored, ...memory.started, key]);
			saved.deliveries = [...memory.started];
		},
		end: () => memory.underWay.delete(key),
	};
}

/**
 * Makes the key of a delivery. Deliveries with equal bodies have equal keys. Without a time, two
 * different changes may have equal bodies, so each delivery gets a key of its own.
 */
export const deliveryKey = (body: unknown, hasTime: boolean): string =>
	hasTime ? digest(canonicalJson(withNumericIds(body)), DIGEST_LENGTH) : randomUUID();

/** The IDs of a delivery, which AlfaCRM may send as texts. API notes 8. */
const ID_NAMES = ['branch_id', 'entity_id', 'user_id'];

/** Makes numbers of IDs that came as texts. What is no number stays as it came. */
function withNumericIds(body: unknown): unknown {
	if (!isPlain(body)) return body;

	const result = { ...body };
	for (const name of ID_NAMES.filter((idName) => Object.hasOwn(body, idName))) {
		result[name] = readInteger(body[name]) ?? body[name];
	}
	return result;
}
