import { randomUUID } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import { digest } from '../digest';
import { canonicalJson } from '../../fields/object';

/** Of one node. */
const LATEST_DELIVERIES = 1_000;
/** The memory of a node that falls out is read again from what n8n saved. */
const LATEST_NODES = 200;
/** 96 bits: with a thousand of them, two that are equal by chance are not to be expected. */
const DIGEST_LENGTH = 16;

interface Memory {
	/** Keys of the deliveries that started the workflow, the latest last. */
	started: string[];
	/** How many there have been, also in other processes: tells which of two lists is the older one. */
	count: number;
	/** Keys of those that are about to, each with what settles once it is known whether they did. */
	underWay: Map<string, Promise<void>>;
}

/** A delivery that may start the workflow; equal ones wait meanwhile. */
export interface Claim {
	/** It starts the workflow. */
	keep: () => void;
	/** To be called at the end; if it was not kept, an equal one takes its place. */
	end: () => void;
}

const memories = new Map<string, Memory>();

/**
 * Tells repeated deliveries from new ones. The memory of this process knows of those that arrive together; what n8n
 * saves with the workflow outlives a restart, and reaches other processes.
 *
 * @param node of which workflow and which node
 * @param key of the delivery
 * @param saved what n8n keeps for this node
 * @returns undefined for a repeated delivery, once the first one has started the workflow
 */
export async function claim(node: string, key: string, saved: IDataObject): Promise<Claim | undefined> {
	for (let read = saved; ; read = {}) {
		const memory = memoryOf(node, read);
		if (memory.started.includes(key)) return undefined;
		const first = memory.underWay.get(key);
		if (first === undefined) return begin(memory, key, saved);
		// What was saved before is old by then.
		await first;
	}
}

function begin(memory: Memory, key: string, saved: IDataObject): Claim {
	const { underWay } = memory;
	let resolve = () => {};
	const promise = new Promise<void>((settle) => (resolve = settle));
	underWay.set(key, promise);
	return {
		keep: () => {
			memory.started = latest([...memory.started, key]);
			saved.deliveries = [...memory.started];
			saved.deliveryCount = ++memory.count;
		},
		end: () => {
			underWay.delete(key);
			resolve();
		},
	};
}

function memoryOf(node: string, { deliveries, deliveryCount }: IDataObject): Memory {
	const memory: Memory = memories.get(node) ?? { started: [], count: 0, underWay: new Map() };
	// The latest used ones stay.
	memories.delete(node);
	if (memories.size >= LATEST_NODES) forgetOldest();
	memories.set(node, memory);

	const saved = Array.isArray(deliveries) ? (deliveries as string[]) : [];
	const count = Number.isSafeInteger(deliveryCount) ? (deliveryCount as number) : 0;
	memory.started = latest(merged(memory.started, saved, count < memory.count));
	memory.count = Math.max(memory.count, count);
	return memory;
}

/**
 * What is saved, with what this process knows besides. That is older if it was known before all that is saved, and so
 * fell out of it; else another process has saved in the meantime, and replaced it.
 *
 * @param isOld n8n had read it before the last deliveries, which may have been as many as are kept
 */
function merged(known: readonly string[], saved: readonly string[], isOld: boolean): string[] {
	const isSaved = new Set(saved);
	const first = known.findIndex((one) => isSaved.has(one));
	if (first < 0 && isOld) return [...saved, ...known];
	const older = first < 0 ? known : known.slice(0, first);
	const replaced = known.slice(older.length).filter((one) => !isSaved.has(one));
	return [...older, ...saved, ...replaced];
}

/** A node with a delivery under way stays: another memory of it would know nothing of that one. */
function forgetOldest(): void {
	const oldest = [...memories.keys()].find((node) => memories.get(node)?.underWay.size === 0);
	if (oldest !== undefined) memories.delete(oldest);
}

const latest = (digests: string[]): string[] => digests.slice(-LATEST_DELIVERIES);

/**
 * Equal for equal deliveries. Without a time, two changes of the same kind look alike, so each has a key of its own.
 *
 * @param content all that tells a delivery from others
 */
export function deliveryKey(content: IDataObject, hasTime: boolean): string {
	if (!hasTime) return randomUUID();
	return digest(canonicalJson(content), DIGEST_LENGTH);
}
