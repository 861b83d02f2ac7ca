import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../change';
import { orderless } from '../change';

/** Of one node. */
const LATEST_DELIVERIES = 1_000;
/** The memory of a node that falls out is read again from what n8n saved. */
const LATEST_NODES = 200;
/** 96 bits: with a thousand of them, two that are equal by chance are not to be expected. */
const DIGEST_LENGTH = 16;

interface Memory {
	/** Digests of the deliveries that started the workflow, the latest last. */
	started: string[];
	/** Digests of those that are about to, each with what settles once it is known whether they did. */
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
 * @param saved what n8n keeps for this node
 * @returns undefined for a repeated delivery, once the first one has started the workflow
 */
export async function claim(node: string, delivery: Change, saved: IDataObject): Promise<Claim | undefined> {
	const digest = digestOf(delivery);
	for (let { deliveries } = saved; ; deliveries = undefined) {
		const memory = memoryOf(node, deliveries);
		if (memory.started.includes(digest)) return undefined;
		const first = memory.underWay.get(digest);
		if (first === undefined) return begin(memory, digest, saved);
		// What was saved before is old by then.
		await first;
	}
}

function begin(memory: Memory, digest: string, saved: IDataObject): Claim {
	const { underWay } = memory;
	let settle = () => {};
	underWay.set(digest, new Promise<void>((resolve) => (settle = resolve)));
	return {
		keep: () => {
			memory.started = latest([...memory.started, digest]);
			saved.deliveries = [...memory.started];
		},
		end: () => {
			underWay.delete(digest);
			settle();
		},
	};
}

function memoryOf(node: string, deliveries: unknown): Memory {
	const memory: Memory = memories.get(node) ?? { started: [], underWay: new Map() };
	// The latest used ones stay.
	memories.delete(node);
	if (memories.size >= LATEST_NODES) forgetOldest();
	memories.set(node, memory);

	memory.started = latest(merged(memory.started, Array.isArray(deliveries) ? (deliveries as string[]) : []));
	return memory;
}

/**
 * What is saved, with what this process knows besides. That is older if it was known before all that is saved, and so
 * fell out of it; else another process has saved in the meantime, and replaced it.
 */
function merged(known: readonly string[], saved: readonly string[]): string[] {
	const isSaved = new Set(saved);
	const first = known.findIndex((digest) => isSaved.has(digest));
	const older = first < 0 ? known : known.slice(0, first);
	const replaced = known.slice(older.length).filter((digest) => !isSaved.has(digest));
	return [...older, ...saved, ...replaced];
}

/** A node with a delivery under way stays: another memory of it would know nothing of that one. */
function forgetOldest(): void {
	const oldest = [...memories.keys()].find((node) => memories.get(node)?.underWay.size === 0);
	if (oldest !== undefined) memories.delete(oldest);
}

const latest = (digests: string[]): string[] => digests.slice(-LATEST_DELIVERIES);

function digestOf(delivery: Change): string {
	return createHash('sha256').update(orderless(delivery)).digest('base64url').slice(0, DIGEST_LENGTH);
}
