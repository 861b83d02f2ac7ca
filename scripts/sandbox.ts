/** `npm run sandbox`: the AlfaCRM sandbox alone, until it is stopped. */
export async function main() {
	await import('../sandbox/cli');
}
