import type {
	ICredentialDataDecryptedObject,
	ICredentials,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INode,
	INodeProperties,
} from 'n8n-workflow';
import { ICredentialsHelper } from 'n8n-workflow';

/**
 * Does with a credential what n8n's own helper does (n8n 2.41, `credentials-helper.js`). It logs in
 * when the expirable property is empty, has expired or is being tested, stores the result and
 * applies `authenticate`. `stored` stands for the database, which outlives an execution.
 */
export class TestCredentialsHelper extends ICredentialsHelper {
	constructor(
		private readonly type: ICredentialType,
		readonly stored: ICredentialDataDecryptedObject,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	/** Adds the stored token to a request, as the credential defines it. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.type;
		if (typeof authenticate !== 'function') throw new Error('Not the credential of these tests');
		return await authenticate.call(this.type, credentials, requestOptions);
	}

	/**
	 * Logs in if the token is missing or expired, or if the credential is being tested. Returns undefined if no
	 * login was needed.
	 */
	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		node: INode,
		expired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const tokenProperty = this.type.properties.find(
			({ type, typeOptions }) => type === 'hidden' && typeOptions?.expirable,
		);
		if (tokenProperty === undefined || this.type.preAuthentication === undefined) return undefined;

		const isCredentialTest = node.parameters.temp === '' && node.type === 'n8n-nodes-base.noOp';
		const hasToken = credentials[tokenProperty.name] !== '';
		if (hasToken && !expired && !isCredentialTest) return undefined;

		const renewed = (await this.type.preAuthentication.call(
			helpers,
			credentials,
		)) as ICredentialDataDecryptedObject;
		if (renewed[tokenProperty.name] === undefined) return undefined;

		Object.assign(this.stored, renewed);
		return Object.assign(credentials, renewed);
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	/** Reads the stored credential, with the default of each field that it lacks. */
	async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		const defaults = Object.fromEntries(
			this.type.properties.map((property) => [property.name, property.default]),
		);
		return { ...defaults, ...this.stored } as ICredentialDataDecryptedObject;
	}

	async getCredentials(): Promise<ICredentials> {
		throw new Error('Not needed by these tests');
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties(): INodeProperties[] {
		return this.type.properties;
	}
}
