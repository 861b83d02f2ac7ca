import Fastify from 'fastify';

/** A deal and who it is with. */
interface AmoDeal {
	id: number;
	name: string;
	/** Its stage; won unless it is said. */
	status_id?: number;
	contacts: Array<{ id: number; name: string; phone?: string[]; email?: string; is_main: boolean }>;
}

/** The same in every pipeline. */
export const WON_STAGE = 142;

export const AMO_TOKEN = 'a-token';

/** As many calls amoCRM takes in a second, and answers the others with 429. */
const MOST_IN_A_SECOND = 7;

/** The two calls of amoCRM's API v4 by which the contact of a deal is found, for whoever brings the token. */
export async function startAmoCrm(deals: readonly AmoDeal[]) {
	const app = Fastify({ forceCloseConnections: true });
	const contacts = deals.flatMap((deal) => deal.contacts);
	const idOf = (params: unknown) => Number((params as { id: string }).id);
	let taken: number[] = [];
	app.addHook('onRequest', async ({ headers }, reply) => {
		if (headers.authorization !== `Bearer ${AMO_TOKEN}`) return await reply.code(401).send({});
		const now = Date.now();
		taken = taken.filter((at) => at > now - 1_000);
		if (taken.length >= MOST_IN_A_SECOND) return await reply.code(429).send({});
		taken.push(now);
	});
	app.get('/api/v4/leads/:id', async ({ params, query }, reply) => {
		const found = deals.find(({ id }) => id === idOf(params));
		if (found === undefined) return await reply.code(404).send({});
		const isWith = (query as { with?: string }).with === 'contacts';
		const embedded = found.contacts.map((one) => ({ id: one.id, is_main: one.is_main }));
		const { id, name, status_id = WON_STAGE } = found;
		return { id, name, status_id, _embedded: isWith ? { contacts: embedded } : {} };
	});
	app.get('/api/v4/contacts/:id', async ({ params }, reply) => {
		const found = contacts.find(({ id }) => id === idOf(params));
		if (found === undefined) return await reply.code(404).send({});
		const { id, name, phone, email } = found;
		const fields = Object.entries({ PHONE: phone, EMAIL: email === undefined ? undefined : [email] }).flatMap(
			([field_code, values]) => {
				const shown = values?.map((value) => ({ value, enum_code: 'WORK' }));
				return shown ? [{ field_code, values: shown }] : [];
			},
		);
		return { id, name, custom_fields_values: fields.length > 0 ? fields : null };
	});
	return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: async () => await app.close() };
}
