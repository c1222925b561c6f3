import { BlockList, isIP } from "node:net";

/** This machine: what connects from it is its owner's, and most proxies in front of a server stand beside it. */
export const LOOPBACK = "127.0.0.0/8,::1";

/**
 * The peers that may say for whom they speak: from anybody else `Forwarded` and `X-Forwarded-*` are only headers, for a
 * client could put any host, scheme or address into them.
 */
export class TrustedProxies {
  readonly #addresses = new BlockList();

  /**
   * @param list addresses and subnets (`10.0.0.0/8`) separated by commas; empty to trust nobody.
   * @throws RangeError which entry is neither
   */
  constructor(list: string) {
    for (const entry of list.split(",").map((text) => text.trim())) {
      if (entry !== "") this.#add(entry);
    }
  }

  /** @param address of a peer; undefined when the connection is gone. */
  trusts(address: string | undefined): boolean {
    return address !== undefined && this.#addresses.check(address, family(address));
  }

  #add(entry: string): void {
    const [address = "", bits, ...more] = entry.split("/");
    const version = isIP(address);
    const mask = Number(bits);
    if (version === 0 || more.length > 0) throw notAPeer(entry);
    if (bits === undefined) this.#addresses.addAddress(address, family(address));
    else if (/^\d+$/.test(bits) && mask <= (version === 4 ? 32 : 128)) {
      this.#addresses.addSubnet(address, mask, family(address));
    } else throw notAPeer(entry);
  }
}

function notAPeer(entry: string): RangeError {
  return new RangeError(`"${entry}" is neither an address nor a subnet such as 10.0.0.0/8`);
}

function family(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4";
}
