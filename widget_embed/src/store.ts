/**
 * What the chat keeps in this browser: its token, how far the person has read, and messages the server has not
 * acknowledged. Some browsers give a frame in a foreign page no storage: then the page around it keeps these,
 * in its own. Where that is forbidden too, they last as long as the page.
 */

export interface Pending {
  clientMessageId: string;
  content: string;
  /** When it was written, in milliseconds; no two are equal, so it is also their order. */
  at: number;
}

interface Kept {
  token?: string;
  /** createdAt of the newest message that was on screen. */
  seen?: string;
}

/** After this an unsent message is no longer what the person wants to say, in milliseconds. */
const FORGET_AFTER = 24 * 3600 * 1000;

export class Store {
  #key: string;
  #keep: (key: string, value: string) => void;
  #memory = new Map<string, string>();

  constructor(tenantId: string, kept: [string, string][], keep: (key: string, value: string) => void) {
    this.#key = "echo:" + tenantId;
    this.#keep = keep;
    try {
      localStorage.getItem("");
    } catch {
      this.#memory = new Map(kept);
    }
  }

  read(): Kept {
    return this.#parse<Kept>(this.#key) ?? {};
  }

  write(change: Kept): void {
    this.#set(this.#key, JSON.stringify({ ...this.read(), ...change }));
  }

  /**
   * Unacknowledged messages in the order they were written. One key each: two tabs never overwrite one
   * another.
   */
  pending(now = Date.now()): Pending[] {
    const found: Pending[] = [];
    for (const key of this.#keys()) {
      if (!key.startsWith(this.#key + ":out:")) continue;
      const entry = this.#parse<Pending>(key);
      if (entry && now - entry.at < FORGET_AFTER) found.push(entry);
      else this.#set(key);
    }
    return found.sort((a, b) => a.at - b.at);
  }

  keep(entry: Pending): void {
    this.#set(`${this.#key}:out:${entry.clientMessageId}`, JSON.stringify(entry));
  }

  forget(clientMessageId: string): void {
    this.#set(`${this.#key}:out:${clientMessageId}`);
  }

  #parse<T>(key: string): T | null {
    try {
      return JSON.parse((this.#memory.get(key) ?? localStorage.getItem(key)) || "null");
    } catch {
      return null;
    }
  }

  /** An empty value forgets the key. */
  #set(key: string, value = ""): void {
    try {
      if (value) localStorage.setItem(key, value);
      else localStorage.removeItem(key);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, value);
      this.#keep(key, value);
    }
  }

  #keys(): string[] {
    try {
      return [...Object.keys(localStorage), ...this.#memory.keys()];
    } catch {
      return [...this.#memory.keys()];
    }
  }
}
