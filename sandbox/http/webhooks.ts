import { InputError } from '../model/inputError';
import type { Json, JsonObject } from '../model/json';

/** One request that a webhook made, in the order of sending. */
export interface Delivery {
	url: string;
	/** The body as sent. */
	text: string;
	/** null until answered, and for good when there is no answer. */
	status: number | null;
	error?: string;
}

/** What `send` can be told: a payload, a text that is none, or nothing for the last payload once more. */
export interface WebhookMessage {
	payload?: Json;
	text?: string;
	/** All registered URLs if absent. */
	url?: string;
}

/** Receivers that stay silent are given up after this, ms. */
const timeoutMs = 10_000;

function checkUrl(url: unknown): string {
	if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
		throw new InputError(`Not an http(s) URL: ${JSON.stringify(url)}`);
	}
	return url;
}

/** Sends changes to the URLs that were registered: one after the other for each, without waiting here. */
export class Webhooks {
	private readonly registered = new Set<string>();
	private readonly queues = new Map<string, Promise<void>>();
	private readonly sent: Delivery[] = [];
	private lastBody: string | undefined;
	/** Requests of before the last `clear` are no longer made. */
	private generation = 0;

	/** @param closing aborted when the sandbox closes */
	constructor(private readonly closing: AbortSignal) {}

	get urls(): string[] {
		return [...this.registered];
	}

	/** Requests so far, those under way included. */
	get deliveries(): readonly Delivery[] {
		return this.sent;
	}

	add(url: string): void {
		this.registered.add(checkUrl(url));
	}

	/** One URL, or all of them. */
	remove(url?: string): void {
		if (url === undefined) this.registered.clear();
		else this.registered.delete(url);
	}

	/** A change has happened. */
	publish(payload: JsonObject): void {
		this.post(JSON.stringify(payload), this.urls);
	}

	/** Sends something by hand; the number of requests. */
	send({ payload, text, url }: WebhookMessage = {}): number {
		const body = text ?? (payload === undefined ? this.lastBody : JSON.stringify(payload));
		if (body === undefined) throw new InputError('Nothing has been sent yet that could be repeated');
		const urls = url === undefined ? this.urls : [checkUrl(url)];
		this.post(body, urls);
		return urls.length;
	}

	/** Resolves when everything sent so far has been answered or given up. */
	async settled(): Promise<void> {
		const pending = [...this.queues.values()];
		await Promise.all(pending);
		const isQuiet = [...this.queues.values()].every((queue) => pending.includes(queue));
		if (!isQuiet) await this.settled();
	}

	clear(): void {
		this.registered.clear();
		this.sent.length = 0;
		this.lastBody = undefined;
		this.generation += 1;
	}

	private post(text: string, urls: readonly string[]): void {
		if (urls.length > 0) this.lastBody = text;
		const { generation } = this;
		for (const url of urls) {
			const before = this.queues.get(url) ?? Promise.resolve();
			this.queues.set(
				url,
				before.then(() => (generation === this.generation ? this.deliver(url, text) : undefined)),
			);
		}
	}

	private async deliver(url: string, text: string): Promise<void> {
		if (this.closing.aborted) return;
		const delivery: Delivery = { url, text, status: null };
		this.sent.push(delivery);
		try {
			const answer = await fetch(url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: text,
				redirect: 'manual',
				signal: AbortSignal.any([this.closing, AbortSignal.timeout(timeoutMs)]),
			});
			await answer.arrayBuffer();
			delivery.status = answer.status;
		} catch (error) {
			delivery.error = error instanceof Error ? error.message : String(error);
		}
	}
}
