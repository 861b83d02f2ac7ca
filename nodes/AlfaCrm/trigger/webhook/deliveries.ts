import { randomUUID } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import { lruSet } from '../../api/bounded';
import { isPlain } from '../../fields/blank';
import { canonicalJson } from '../../fields/object';
import { readInteger } from '../../values/formats';
import { digest } from '../digest';

/** Of one node. */
const LATEST_DELIVERIES = 1_000;
/** More than are active in one n8n. */
const MOST_NODES = 1_000;
/** 96 bits: with a thousand of them, two that are equal by chance are not to be expected. */
const DIGEST_LENGTH = 16;

/** A delivery that may start the workflow; equal ones are held back meanwhile. */
export interface Claim {
	/** It has started the workflow. */
	keep: () => void;
	/** To be called at the end: if it was not kept, an equal one may start the workflow. */
	end: () => void;
}

/** Keys of the latest deliveries in this process, by node: n8n may have read what it saved before they came. */
const received = new Map<string, { started: string[]; underWay: Set<string> }>();

const latest = (keys: readonly string[]): string[] => [...new Set(keys)].slice(-LATEST_DELIVERIES);

/**
 * Takes a delivery that was not received before: in this process, or before a restart as far as n8n has stored it.
 *
 * @param node of which workflow and which node
 * @param saved what n8n keeps for this node
 * @returns undefined for a repeated one
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
 * Makes the key of a delivery, which is equal for deliveries whose bodies are equal. Without a time, two changes may look alike,
 * so each has a key of its own.
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
