import { InputError } from '../model/inputError';
import type { Json, JsonObject } from '../model/json';

/** A request that a webhook made. */
export interface Delivery {
	url: string;
	/** The body as it was sent. */
	text: string;
	/** The status of the answer; null until it comes, and for a request that gets none. */
	status: number | null;
	error?: string;
}

/** What a test sends by hand: a payload, or a text of any form. Without both, the last body is sent again. */
export interface WebhookMessage {
	payload?: Json;
	text?: string;
	/** The receiver; all registered URLs if absent. */
	url?: string;
}

/** How long a receiver may take to answer. */
const timeoutMs = 10_000;

/**
 * Sends every change to the registered URLs. Each URL gets its requests one after the other, and
 * nobody waits for them.
 */
export class Webhooks {
	private readonly registeredUrls = new Set<string>();
	/** The end of the last request, by URL. */
	private readonly queues = new Map<string, Promise<void>>();
	private readonly sentDeliveries: Delivery[] = [];
	private lastBody: string | undefined;
	/** Counts the calls of `clear`. A request that was planned before the last one is not made. */
	private generation = 0;

	/** @param closing aborted when the sandbox closes */
	constructor(private readonly closing: AbortSignal) {}

	get urls(): string[] {
		return [...this.registeredUrls];
	}

	/** The requests so far, in the order of sending. Some may still wait for their answer. */
	get deliveries(): readonly Delivery[] {
		return this.sentDeliveries;
	}

	add(url: string): void {
		this.registeredUrls.add(checkUrl(url));
	}

	/** Removes one URL, or all of them. */
	remove(url?: string): void {
		if (url === undefined) {
			this.registeredUrls.clear();
		} else {
			this.registeredUrls.delete(url);
		}
	}

	/** Sends a change to all registered URLs. */
	publish(payload: JsonObject): void {
		this.post(JSON.stringify(payload), this.urls);
	}

	/** Sends a message by hand, and returns the number of requests. */
	send(message: WebhookMessage = {}): number {
		const body = this.readBody(message);
		if (body === undefined) throw new InputError('Nothing has been sent yet that could be repeated');

		const urls = message.url === undefined ? this.urls : [checkUrl(message.url)];
		this.post(body, urls);
		return urls.length;
	}

	/** Waits until every request is answered or given up, with those that are added meanwhile. */
	async settled(): Promise<void> {
		const awaitedRequests = [...this.queues.values()];
		await Promise.all(awaitedRequests);

		const hasNewRequest = [...this.queues.values()].some((request) => !awaitedRequests.includes(request));
		if (hasNewRequest) await this.settled();
	}

	clear(): void {
		this.registeredUrls.clear();
		this.sentDeliveries.length = 0;
		this.lastBody = undefined;
		this.generation += 1;
	}

	private readBody({ payload, text }: WebhookMessage): string | undefined {
		if (text !== undefined) return text;
		return payload === undefined ? this.lastBody : JSON.stringify(payload);
	}

	/** Queues one request for each URL. */
	private post(text: string, urls: readonly string[]): void {
		if (urls.length > 0) this.lastBody = text;
		const { generation } = this;

		for (const url of urls) {
			const previousRequest = this.queues.get(url) ?? Promise.resolve();
			const request = previousRequest.then(async () => {
				if (generation === this.generation) await this.deliver(url, text);
			});
			this.queues.set(url, request);
		}
	}

	/** Makes one request and notes its outcome. */
	private async deliver(url: string, text: string): Promise<void> {
		if (this.closing.aborted) return;

		const delivery: Delivery = { url, text, status: null };
		this.sentDeliveries.push(delivery);
		try {
			const response = await fetch(url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: text,
				redirect: 'manual',
				signal: AbortSignal.any([this.closing, AbortSignal.timeout(timeoutMs)]),
			});
			await response.arrayBuffer();
			delivery.status = response.status;
		} catch (error) {
			delivery.error = error instanceof Error ? error.message : String(error);
		}
	}
}

function checkUrl(url: unknown): string {
	const isHttpUrl = typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url);
	if (!isHttpUrl) throw new InputError(`Not an http(s) URL: ${JSON.stringify(url)}`);
	return url;
}
