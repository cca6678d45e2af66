import about from '../package.json' with {type: 'json'};

/** Of the product, as `femto version` says it. */
export const version: string = about.version;
