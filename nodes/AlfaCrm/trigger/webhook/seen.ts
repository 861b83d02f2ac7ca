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
	for (;;) {
		const memory = memoryOf(node, saved);
		if (memory.started.includes(digest)) return undefined;
		const first = memory.underWay.get(digest);
		if (first === undefined) return begin(memory, digest, saved);
		await first;
	}
}

function begin({ started, underWay }: Memory, digest: string, saved: IDataObject): Claim {
	let settle = () => {};
	underWay.set(digest, new Promise<void>((resolve) => (settle = resolve)));
	return {
		keep: () => {
			started.push(digest);
			trim(started);
			saved.deliveries = [...started];
		},
		end: () => {
			underWay.delete(digest);
			settle();
		},
	};
}

function memoryOf(node: string, { deliveries }: IDataObject): Memory {
	const memory: Memory = memories.get(node) ?? { started: [], underWay: new Map() };
	// The latest used ones stay.
	memories.delete(node);
	if (memories.size >= LATEST_NODES) forgetOldest();
	memories.set(node, memory);

	const saved = Array.isArray(deliveries) ? (deliveries as string[]) : [];
	const known = new Set(memory.started);
	// Older than what is known here: from before the last start of n8n, or from another process.
	memory.started.unshift(...saved.filter((digest) => !known.has(digest)));
	trim(memory.started);
	return memory;
}

/** A node with a delivery under way stays: another memory of it would know nothing of that one. */
function forgetOldest(): void {
	const oldest = [...memories.keys()].find((node) => memories.get(node)?.underWay.size === 0);
	if (oldest !== undefined) memories.delete(oldest);
}

function trim(digests: string[]): void {
	digests.splice(0, digests.length - LATEST_DELIVERIES);
}

function digestOf(delivery: Change): string {
	return createHash('sha256').update(orderless(delivery)).digest('base64url').slice(0, DIGEST_LENGTH);
}
